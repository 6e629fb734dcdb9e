"""Checks of ``TEMPLATES``."""

from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain.checks.finding import Finding, told
from enfilade.template.loader import engines


def check_engines() -> Iterator[Finding]:
    """templates.E001: an engine cannot be made."""
    hint = "Compare the entry with the documentation of TEMPLATES."
    yield from told("templates.E001", "TEMPLATES", _make_environments, hint)


def _make_environments() -> None:
    for engine in engines().values():
        engine.environment  # noqa: B018 - made on first use


def check_folders() -> Iterator[Finding]:
    """templates.W002: a folder of templates does not exist."""
    if not settings.TEMPLATES:
        return  # without the setting ./templates is looked into, and need not be there
    try:
        folders = [folder for engine in engines().values() for folder in engine.directories]
    except ImproperlyConfigured:
        return  # templates.E001 has said so
    for folder in folders:
        if not folder.is_dir():
            yield Finding(
                "templates.W002",
                f"There is no folder {folder.absolute()} to load templates from.",
                "Make it, or correct DIRS; a path relative to the settings' file is safest.",
                "TEMPLATES",
            )
