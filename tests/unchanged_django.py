"""An unchanged Django project under ``enfilade run``, set up by Django's own commands."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import Running, enfilade_run

SITES = Path(__file__).parent / "interop" / "sites"
EDITOR, PASSWORD = "editor", "a long password"
COMMANDS = (
    ("migrate",),
    ("createsuperuser", "--noinput"),
    ("collectstatic", "--noinput"),
)


@contextmanager
def django_project(folder: Path) -> Iterator[Running]:
    """The project with its tables, its editor and its static files in *folder*, two workers."""
    variables = {
        "SITE_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "django_site.settings",
        "DJANGO_SUPERUSER_USERNAME": EDITOR,
        "DJANGO_SUPERUSER_EMAIL": "editor@example.org",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "PYTHONPATH": str(SITES),
    }
    for command in COMMANDS:
        argv = [sys.executable, "-m", "django", *command, "--verbosity=0"]
        subprocess.run(argv, env=os.environ | variables, check=True, timeout=60)
    arguments = ["django_site.wsgi:application", "--workers=2", f"--static=/static={folder}/static"]
    with enfilade_run(*arguments, output=folder / "output", cwd=SITES, env=variables) as site:
        yield site
