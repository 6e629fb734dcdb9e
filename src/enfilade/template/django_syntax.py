"""What Django's template language writes otherwise than Jinja2, told where Jinja2 refuses it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import TemplateSyntaxError

TRANSLATED = "Write {% trans %}…{% endtrans %}."

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "blocktrans": TRANSLATED,
        "blocktranslate": TRANSLATED,
        "comment": "Write {# … #}.",
        "csrf_token": "Write {{ csrf_input }} into the form.",
        "cycle": "Write {{ loop.cycle('odd', 'even') }}.",
        "empty": "Write {% else %}.",
        "firstof": "Write {{ one or other }}.",
        "get_current_language": "The language is enfilade.translation.get_language().",
        "ifchanged": "Write {% if loop.changed(value) %}…{% endif %}.",
        "load": "Leave it out: url(), static() and the filters are there already.",
        "static": "Write {{ static('css/site.css') }}.",
        "templatetag": "Write {{ '{%' }}.",
        "translate": "Write {{ _('…') }}.",
        "url": "Write {{ url('name', id=1) }}.",
        "verbatim": "Write {% raw %}…{% endraw %}.",
        "widthratio": "Write {{ (value / largest * 100) | round }}.",
    }
)
"""By tag."""

_unknown_tag = re.compile(r"unknown tag '(\w+)'").search
_ARGUMENT = "got ':'"


def hint_at_syntax(error: "TemplateSyntaxError") -> None:
    """Add a note to *error* if what it refuses looks like Django's."""
    message = error.message or ""
    tag = _unknown_tag(message)
    hint = INSTEAD.get(tag[1]) if tag else None
    if _ARGUMENT in message:
        hint = "The argument of a filter stands in parentheses: {{ text | truncate(80) }}."
    if hint and not hasattr(error, "__notes__"):  # it may pass here once for each template
        error.add_note(f"Hint: templates here are Jinja2's, not Django's. {hint}")
