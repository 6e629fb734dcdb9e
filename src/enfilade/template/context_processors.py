"""What templates may be given of a request, for ``context_processors`` of ``TEMPLATES``."""

from typing import TYPE_CHECKING, Any

from enfilade.conf import settings
from enfilade.translation import get_language, get_language_bidi, get_languages

if TYPE_CHECKING:
    from enfilade.http import HttpRequest


def i18n(request: "HttpRequest") -> dict[str, Any]:
    """``LANGUAGES`` (pairs of code and name), ``LANGUAGE_CODE`` and ``LANGUAGE_BIDI``."""
    return {
        "LANGUAGES": settings.LANGUAGES or list(get_languages().items()),
        "LANGUAGE_CODE": get_language(),
        "LANGUAGE_BIDI": get_language_bidi(),
    }
