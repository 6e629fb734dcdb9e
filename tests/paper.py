"""A Gazette of its own for a test: copied, printed and served, as ``scripts/demo`` does it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pages import ROOT
from running import enfilade_run

EDITOR = "editor"


@dataclass(frozen=True)
class Paper:
    """A running Gazette, and how its editor signs in."""

    url: str
    password: str

    def sign_in(self, tab: Any, password: str | None = None) -> None:
        """Fill in the form that *tab* shows and send it."""
        tab.get_by_label("Username").fill(EDITOR)
        tab.get_by_label("Password").fill(self.password if password is None else password)
        tab.get_by_role("button", name="Sign in").click()

    def write(self, tab: Any, title: str, text: str = "It was behind the wallpaper.") -> str:
        """Write an article and return its address; somebody has signed in."""
        tab.goto(f"{self.url}/desk/")
        tab.get_by_role("link", name="Write an article").click()
        tab.get_by_label("Title").fill(title)
        tab.get_by_label("Standfirst").fill("It opens inward, and it is not locked.")
        tab.get_by_label("Section", exact=True).select_option("doors")
        tab.get_by_label("Signed by").select_option("Barnaby Hasp")
        tab.get_by_label("Article").fill(text)
        tab.get_by_role("button", name="Print it").click()
        return tab.url


@contextmanager
def printed(folder: Path, *arguments: str, settings: str = "", **moved: str) -> Iterator[Paper]:
    """A Gazette in *folder*, with lines of *settings* more, served with further *arguments* of
    ``enfilade run``; *moved* are variables of its environment."""
    shutil.copytree(ROOT / "examples/gazette/gazette", folder / "gazette")
    with (folder / "gazette/settings.py").open("a") as file:
        file.write(settings)
    env = {"ENFILADE_SETTINGS_MODULE": "gazette.settings", "PYTHONPATH": str(folder), **moved}
    seed = subprocess.run(
        [sys.executable, "-m", "gazette.seed"],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=50,
    )
    password = re.search(r"with the password (\S+)", seed.stdout)
    assert password, seed.stdout + seed.stderr
    with enfilade_run(*arguments, output=folder / "log", cwd=folder, env=env) as server:
        yield Paper(server.url, password[1])
