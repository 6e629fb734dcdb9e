"""Checks of the settings of static files. The first five ids are Django's."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from enfilade.conf import settings
from enfilade.contrib.staticfiles.collection import check_places
from enfilade.contrib.staticfiles.errors import StaticFilesError
from enfilade.contrib.staticfiles.finders import FileSystemFinder, get_finders
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.contrib.staticfiles.manifest import ManifestFilesMixin
from enfilade.contrib.staticfiles.precompressed import load_compressors
from enfilade.exceptions import DeveloperError, ImproperlyConfigured
from enfilade.explain.checks.finding import Finding, told
from enfilade.explain.checks.used import SECURITY, names_of, short_name
from enfilade.template.static import configured_storage

DIRS = "STATICFILES_DIRS"
SERVING = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
OUTSIDE = frozenset(
    {
        SECURITY,
        "enfilade.middleware.cors.CorsMiddleware",
        "enfilade.middleware.request_id.RequestIDMiddleware",
    }
)
"""What may stand before it: files need their header fields."""


def check_directories() -> Iterator[Finding]:
    """staticfiles.E001: STATICFILES_DIRS is not a list or a tuple."""
    if not _is_list():
        yield Finding(
            "staticfiles.E001",
            "The STATICFILES_DIRS setting is not a list or a tuple.",
            "Perhaps you forgot a trailing comma?",
            DIRS,
        )


def check_prefixes() -> Iterator[Finding]:
    """staticfiles.E003: a prefix in STATICFILES_DIRS ends with a slash."""
    for folder in _folders():
        if folder.prefix.endswith("/"):
            yield Finding(
                "staticfiles.E003",
                f"The prefix {folder.prefix!r} in STATICFILES_DIRS must not end with a slash.",
                f"Write {folder.prefix.rstrip('/')!r}.",
                DIRS,
            )


def check_folders() -> Iterator[Finding]:
    """staticfiles.W004: a folder in STATICFILES_DIRS does not exist."""
    for folder in _folders():
        if not Path(folder.location).is_dir():
            yield Finding(
                "staticfiles.W004",
                f"The folder {folder.location} in STATICFILES_DIRS does not exist.",
                "Make it, or correct the path; one relative to the settings' file is safest.",
                DIRS,
            )


def _is_list() -> bool:
    return isinstance(settings.STATICFILES_DIRS, (list, tuple))


def _folders() -> Sequence[Folder]:
    """Those of STATICFILES_DIRS; none where E001 or E006 says what is wrong with it."""
    if not _is_list():
        return ()
    try:
        return FileSystemFinder().folders
    except ImproperlyConfigured:
        return ()


def check_root() -> Iterator[Finding]:
    """staticfiles.E002: STATIC_ROOT and a folder that files are collected from are one within the
    other."""
    if not settings.STATIC_ROOT or not _is_list():
        return
    try:
        check_places(settings.STATIC_ROOT)
    except StaticFilesError as error:
        hint = "Give STATIC_ROOT a folder of its own, with nothing else in it."
        yield Finding("staticfiles.E002", str(error), hint, "STATIC_ROOT")
    except ImproperlyConfigured:
        return  # staticfiles.E006 says so


def check_storage() -> Iterator[Finding]:
    """staticfiles.E005: the storage of static files cannot be made."""
    try:
        configured_storage()
    except DeveloperError as error:
        hint = error.hint or "Compare STATICFILES_STORAGE with the documentation."
        yield Finding("staticfiles.E005", str(error), hint, "STATICFILES_STORAGE")
    except OSError as error:
        yield Finding(
            "staticfiles.E005",
            f"The manifest of static files cannot be read: {error}.",
            "Let the server read it, or make it anew: enfilade collectstatic",
            "STATIC_ROOT",
        )


def check_manifest() -> Iterator[Finding]:
    """staticfiles.W008: addresses of static files are to be found in a manifest that is not there.

    Each address that is asked for is an error then.
    """
    try:
        storage = configured_storage()
    except (DeveloperError, OSError):
        return  # staticfiles.E005 says so
    if isinstance(storage, ManifestFilesMixin) and storage.read_manifest() is None:
        yield Finding(
            "staticfiles.W008",
            f"{type(storage).__name__} finds no {storage.manifest_name} in STATIC_ROOT "
            f"({settings.STATIC_ROOT}).",
            "enfilade collectstatic",
            "STATICFILES_STORAGE",
        )


def check_finders() -> Iterator[Finding]:
    """staticfiles.E006: a finder, a package or a content coding cannot be used."""
    if not _is_list():
        return  # staticfiles.E001 says so
    hint = "Correct the entry, or leave it out."
    yield from told("staticfiles.E006", "STATICFILES_…", lambda: list(get_finders()), hint)
    load = partial(load_compressors, settings.STATICFILES_CODINGS)
    yield from told("staticfiles.E006", "STATICFILES_CODINGS", load, hint)


def check_url() -> Iterator[Finding]:
    """staticfiles.W007: STATIC_URL does not end with a slash."""
    if settings.STATIC_URL and not settings.STATIC_URL.endswith("/"):
        yield Finding(
            "staticfiles.W007",
            f"STATIC_URL, {settings.STATIC_URL!r}, does not end with a slash.",
            f"Write {settings.STATIC_URL + '/'!r}: one is added, but not everywhere it is read.",
            "STATIC_URL",
        )


def check_place() -> Iterator[Finding]:
    """staticfiles.W009: every static file passes through middleware that has nothing to do with
    it."""
    named = [(names_of(entry), entry) for entry in settings.MIDDLEWARE]
    place = next((at for at, (names, _) in enumerate(named) if SERVING in names), 0)
    passed = [short_name(entry) for names, entry in named[:place] if not names & OUTSIDE]
    if passed:
        yield Finding(
            "staticfiles.W009",
            f"StaticFilesMiddleware stands behind {', '.join(passed)}, so every static file "
            "passes through there.",
            "Put it right after SecurityMiddleware and CorsMiddleware.",
            "MIDDLEWARE",
        )
