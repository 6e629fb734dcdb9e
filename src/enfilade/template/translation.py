"""Translated templates: ``{% trans %}``, ``{{ _("…") }}`` and formats of the active language.

Jinja2's own extension marks the texts, Enfilade's functions translate them. What is put into a text
is escaped as everywhere (the extension calls that "newstyle").
"""

from typing import TYPE_CHECKING, Any

from enfilade.translation.formats import FILTERS
from enfilade.translation.texts import gettext, ngettext, npgettext, pgettext

if TYPE_CHECKING:
    import jinja2


def add_translation(environment: "jinja2.Environment") -> None:
    """Give *environment* what translated templates need, unless its maker has done so."""
    for name, function in FILTERS.items():
        environment.filters.setdefault(name, function)
    if "gettext" in environment.globals:
        return
    environment.add_extension("jinja2.ext.i18n")
    extended: Any = environment
    extended.install_gettext_callables(
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
