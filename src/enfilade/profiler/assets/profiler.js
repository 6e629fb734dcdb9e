// The pages are whole without this. It lets requests come in by themselves, and keeps tables fresh.
"use strict";

const MOST = 500; // rows of the live table

function offerPause(pressed) {
  const element = document.querySelector("button.pause");
  element.hidden = false;
  element.addEventListener("click", () => {
    const paused = element.getAttribute("aria-pressed") !== "true";
    element.setAttribute("aria-pressed", String(paused));
    pressed(paused);
  });
}

function follow(tail) {
  const rows = tail.querySelector("#entries");
  const state = tail.querySelector(".live");
  let events = null, last = rows.querySelector("tr")?.dataset.span ?? "", timer = 0;

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  function add(event) {
    const { span, row } = JSON.parse(event.data);
    last = span;
    if (rows.querySelector(`tr[data-span="${CSS.escape(span)}"]`)) return;
    const made = document.createElement("template");
    made.innerHTML = row; // by the template that made the others, which escapes
    const fresh = made.content.querySelector("tr");
    fresh.classList.add("fresh");
    rows.prepend(fresh);
    while (rows.rows.length > MOST) rows.lastElementChild.remove();
    tail.querySelector(".none")?.setAttribute("hidden", "");
    tail.querySelector(".awaited")?.removeAttribute("hidden");
  }

  function open() {
    const address = new URL(tail.dataset.events, location.href);
    if (last) address.searchParams.set("after", last);
    events = new EventSource(address);
    events.addEventListener("request", add);
    events.addEventListener("open", () => say("live"));
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED) return; // the browser comes again by itself
      say("not live for the moment");
      timer = setTimeout(open, 15000);
    });
  }

  function close() {
    clearTimeout(timer);
    events?.close();
    events = null;
  }

  offerPause((paused) => {
    close();
    if (paused) say("paused");
    else open();
  });
  addEventListener("pagehide", close);
  open();
}

function refresh(part) {
  let paused = false;
  offerPause((now) => { paused = now; });
  setInterval(async () => {
    if (paused || document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-refresh]");
      if (fresh) part.replaceChildren(...fresh.childNodes);
    } catch { /* the server is away; it is asked again */ }
  }, 1000 * part.dataset.refresh);
}

const tail = document.querySelector("[data-events]");
if (tail) follow(tail);
const part = document.querySelector("[data-refresh]");
if (part) refresh(part);
