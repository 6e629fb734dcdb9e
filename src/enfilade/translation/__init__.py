"""The language of a request, and texts in it.

The active language belongs to the context (:mod:`~enfilade.translation.active`); which languages
there are, the settings say (:mod:`~enfilade.translation.languages`); what a request wants is
negotiated (:mod:`~enfilade.translation.negotiation`); texts come from gettext's catalogues
(:mod:`~enfilade.translation.catalogues`). The names are those of ``django.utils.translation``.
"""

from enfilade.translation.active import (
    activate,
    deactivate,
    deactivate_all,
    get_language,
    get_language_bidi,
    override,
)
from enfilade.translation.codes import to_language, to_locale
from enfilade.translation.languages import (
    check_for_language,
    get_languages,
    get_supported_language_variant,
)
from enfilade.translation.lazy import gettext_lazy, ngettext_lazy, npgettext_lazy, pgettext_lazy
from enfilade.translation.locales import get_language_info
from enfilade.translation.negotiation import get_language_from_path, get_language_from_request
from enfilade.translation.texts import gettext, gettext_noop, ngettext, npgettext, pgettext

__all__ = [
    "activate",
    "check_for_language",
    "deactivate",
    "deactivate_all",
    "get_language",
    "get_language_bidi",
    "get_language_from_path",
    "get_language_from_request",
    "get_language_info",
    "get_languages",
    "get_supported_language_variant",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "override",
    "pgettext",
    "pgettext_lazy",
    "to_language",
    "to_locale",
]
