"""To the login page, and back to where the visitor wanted to go."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, HttpResponseRedirect, QueryDict
from enfilade.shortcuts import resolve_url

__all__ = ["REDIRECT_FIELD_NAME", "login_url_or_default", "redirect_to_login", "send_to_login"]

REDIRECT_FIELD_NAME = "next"
"""The parameter that says where to go after the login."""


def redirect_to_login(
    next: str, login_url: Any = None, redirect_field_name: str | None = REDIRECT_FIELD_NAME
) -> HttpResponseRedirect:
    """A redirect to *login_url* (``LOGIN_URL``), with *next* in its query."""
    parts = urlsplit(resolve_url(login_url or settings.LOGIN_URL))
    if redirect_field_name:
        query = QueryDict(parts.query, mutable=True)
        query[redirect_field_name] = next
        parts = parts._replace(query=query.urlencode(safe="/"))
    return HttpResponseRedirect(urlunsplit(parts))


def send_to_login(
    request: HttpRequest, login_url: Any, redirect_field_name: str | None
) -> HttpResponseRedirect:
    """The same for the page that *request* asked for: its path, or its whole URL if the login
    page is on another host or scheme."""
    wanted = request.get_full_path()
    if wanted.startswith("//"):  # which would be an address of another host
        wanted = f"/%2F{wanted[2:]}"
    address = resolve_url(login_url)
    target = urlsplit(address)
    if target.scheme or target.netloc:
        here = urlsplit(whole := request.build_absolute_uri())
        if target.scheme not in ("", here.scheme) or target.netloc not in ("", here.netloc):
            wanted = whole
    return redirect_to_login(wanted, address, redirect_field_name)


def login_url_or_default(login_url: Any, missing_in: str) -> str:
    """*login_url*, or ``LOGIN_URL``; :exc:`~enfilade.exceptions.ImproperlyConfigured`, which
    says that *missing_in* has none, if both are empty."""
    address = login_url or settings.LOGIN_URL
    if not address:
        raise ImproperlyConfigured(
            f"{missing_in} has no login URL to redirect to.",
            hint="Set LOGIN_URL, or give login_url where the login is required.",
        )
    return str(address)
