"""Catalogues: which text stands for which in a language.

They are gettext's: ``<LOCALE_PATHS>/<locale>/LC_MESSAGES/messages.mo``, made from the ``.po``
beside it by ``enfilade compilemessages``. Python reads them. In ``DEBUG`` a ``.po`` that is newer
than its ``.mo`` is compiled in memory, by Babel, so that a translator sees at once what was
written.
"""

import functools
import struct
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.exceptions import ImproperlyConfigured
from enfilade.translation import sources
from enfilade.translation.codes import is_language_code, lineage, to_language, to_locale
from enfilade.translation.sources import DOMAIN

DEPENDS_ON = ("USE_I18N", "LANGUAGE_CODE", "LANGUAGES", "LOCALE_PATHS", "DEBUG")
"""Settings after whose change nothing that is remembered here holds."""

MOST = 100


@functools.lru_cache(maxsize=MOST)
def catalogue(language: str | None) -> NullTranslations:
    """The texts in *language*; those that it lacks come from ``LANGUAGE_CODE``, then from the
    code.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a file that is no catalogue.
    """
    if language is None or not settings.USE_I18N:
        return NullTranslations()
    links = [_read(folder) for code in lineage(language) for folder in folders(code)]
    default = settings.LANGUAGE_CODE
    # What is written in the code is English as a rule.
    if language.lower() != default.lower() and not language.startswith("en"):
        links.append(catalogue(default))
    if not links:
        return NullTranslations()
    first, *others = links
    for other in others:
        first.add_fallback(other)
    return first


def folders(language: str) -> list[Path]:
    """Where *language*, and no more general one, has a catalogue."""
    if not is_language_code(language):
        return []
    name = Path(to_locale(language), "LC_MESSAGES")
    places = [Path(path) / name for path in settings.LOCALE_PATHS]
    return [place for place in places if _has_catalogue(place)]


def languages() -> list[str]:
    """The code of every language that has a catalogue."""
    names = {folder.parent.name for folder in sources.folders() if _has_catalogue(folder)}
    return sorted(code for code in map(to_language, names) if is_language_code(code))


def read_catalogues() -> None:
    """Read what each of them says now: no request has to wait for it, nor to meet a mistake."""
    for language in languages():
        catalogue(language)


def _has_catalogue(folder: Path) -> bool:
    return (folder / f"{DOMAIN}.mo").is_file() or _is_work_in_progress(folder)


def _is_work_in_progress(folder: Path) -> bool:
    return bool(settings.DEBUG) and sources.is_stale(folder / f"{DOMAIN}.po")


def _read(folder: Path) -> NullTranslations:
    if _is_work_in_progress(folder):
        return GNUTranslations(BytesIO(sources.compiled(sources.read(folder / f"{DOMAIN}.po"))))
    path = folder / f"{DOMAIN}.mo"
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except (OSError, ValueError, LookupError, struct.error) as error:
        raise ImproperlyConfigured(
            f"{path} is no catalogue of texts: {error}", hint="Make it anew: compilemessages."
        ) from error


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting in DEPENDS_ON:
        catalogue.cache_clear()


setting_changed.connect(_forget, dispatch_uid="enfilade.translation.catalogues")
