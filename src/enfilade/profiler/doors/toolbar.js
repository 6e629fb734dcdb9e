// Remembers for this site whether the toolbar is folded.
{
  const name = "enfilade-toolbar";
  const toolbar = document.querySelector(name)?.shadowRoot;
  const details = toolbar?.querySelector("details");
  try {
    if (details && localStorage.getItem(name) === "folded") details.open = false;
    details?.addEventListener("toggle", () => {
      localStorage.setItem(name, details.open ? "open" : "folded");
    });
  } catch {
    // The page may not remember anything; the toolbar folds all the same.
  }
}
