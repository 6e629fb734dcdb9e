"""``csrf_token`` and ``csrf_input`` for templates: a token is made only where one is used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from enfilade.http.csrf import get_token
from enfilade.lazy_text import LazyText

if TYPE_CHECKING:
    from enfilade.http import HttpRequest

__all__ = ["CsrfInput", "CsrfToken", "csrf_values"]


class CsrfToken(LazyText):
    """A token for the forms of one request, as text; masked anew each time."""

    def __init__(self, request: "HttpRequest") -> None:
        self._request = request

    def __str__(self) -> str:
        return get_token(self._request)


class CsrfInput(CsrfToken):
    """The same as the hidden field of a form; its HTML needs no escaping."""

    def __str__(self) -> str:
        token = get_token(self._request)  # letters and digits
        return f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'

    __html__ = __str__


def csrf_values(request: "HttpRequest") -> Mapping[str, CsrfToken]:
    """What every template that is rendered with *request* can use."""
    return {"csrf_token": CsrfToken(request), "csrf_input": CsrfInput(request)}
