"""The header fields by which a response says who may keep it, how long, and for which requests.

``Cache-Control`` and ``Expires`` (RFC 9111, 5), ``Vary`` (RFC 9110, 12.5.5). The functions are
those of Django's ``django.utils.cache``; each changes the response that it is given. The entity
tag made of the body is here, too.
"""

import hashlib
import re
import time
from collections.abc import Iterable
from typing import Any

from enfilade.conf import settings
from enfilade.http.dates import http_date
from enfilade.http.response_base import HttpResponseBase

__all__ = [
    "add_never_cache_headers",
    "cache_directives",
    "get_max_age",
    "has_vary_header",
    "patch_cache_control",
    "patch_response_headers",
    "patch_vary_headers",
    "set_response_etag",
    "vary_names",
]

Directives = dict[str, list[Any]]
"""The values of each directive, by its name in lower case; ``True`` stands for none."""

# An element of a list (RFC 9110, 5.6.1); a comma in a quoted string (5.6.4) does not end it.
_elements = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"|")+').findall
_OPPOSITES = {"private": "public", "public": "private"}


def patch_cache_control(response: HttpResponseBase, **directives: Any) -> None:
    """Add *directives* to ``Cache-Control``: ``max_age=60`` as ``max-age=60``, ``private=True``
    as ``private``.

    A smaller ``max-age`` that is there already stays; ``private`` takes the place of ``public``
    and the other way round; several ``no_cache`` fields add up. Raises :exc:`ValueError` if the
    ``max-age`` that is there is no number.
    """
    present = cache_directives(response)
    if "max-age" in present and "max_age" in directives:
        directives["max_age"] = min(_seconds(present["max-age"][0]), directives["max_age"])
    for one, other in _OPPOSITES.items():
        if one in present and other in directives:
            del present[one]
            break
    for name, value in directives.items():
        _set(present, name.replace("_", "-"), value)
    response.headers["Cache-Control"] = ", ".join(
        name if value is True else f"{name}={value}"
        for name, values in present.items()
        for value in (values if all(value is not True for value in values) else [True])
    )


def cache_directives(response: HttpResponseBase) -> Directives:
    """What ``Cache-Control`` says."""
    directives: Directives = {}
    for element in _split(response.headers.get("Cache-Control") or ""):
        name, equals, value = element.partition("=")
        _set(directives, name.lower(), value if equals else True)
    return directives


def _set(directives: Directives, name: str, value: Any) -> None:
    if name != "no-cache":
        directives[name] = [value]
    elif value not in (values := directives.setdefault(name, [])):
        values.append(value)


def _split(field: str) -> list[str]:
    return [stripped for element in _elements(field) if (stripped := element.strip())]


def _seconds(value: Any) -> int:
    """The number that ``max-age`` must have (RFC 9111, 5.2.2.1)."""
    try:
        return int("" if value is True else value)
    except ValueError:
        raise ValueError("Cache-Control has a max-age that is no number of seconds.") from None


def get_max_age(response: HttpResponseBase) -> int | None:
    """The ``max-age`` of ``Cache-Control`` in seconds, ``None`` if there is no such number."""
    values = cache_directives(response).get("max-age")
    try:
        return _seconds(values[0]) if values else None
    except ValueError:
        return None


def patch_response_headers(response: HttpResponseBase, cache_timeout: float | None = None) -> None:
    """Let the response be kept for *cache_timeout* seconds (``CACHE_MIDDLEWARE_SECONDS`` by
    default): ``max-age``, and ``Expires`` unless it is set."""
    seconds = settings.CACHE_MIDDLEWARE_SECONDS if cache_timeout is None else cache_timeout
    seconds = max(int(seconds), 0)  # RFC 9111, 1.2.2: whole ones
    if "Expires" not in response.headers:
        response.headers["Expires"] = http_date(time.time() + seconds)
    patch_cache_control(response, max_age=seconds)


def add_never_cache_headers(response: HttpResponseBase) -> None:
    """Let nobody keep the response, not even the browser."""
    patch_response_headers(response, cache_timeout=-1)
    patch_cache_control(response, no_cache=True, no_store=True, must_revalidate=True, private=True)


def set_response_etag(response: Any) -> Any:
    """Give *response* an ``ETag`` made of its body, unless it is a stream or empty; returns it."""
    if not response.streaming and (content := response.content):
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        response.headers["ETag"] = f'"{digest}"'
    return response


def patch_vary_headers(response: HttpResponseBase, newheaders: Iterable[str]) -> None:
    """Add the names of request fields on which the response depends to ``Vary``.

    Those that are there stay, in their order; with a ``*`` among them all, it stands alone.
    """
    names = vary_names(response)
    present = {name.lower() for name in names}
    names += [name for name in newheaders if name.lower() not in present]
    response.headers["Vary"] = "*" if "*" in names else ", ".join(names)


def has_vary_header(response: HttpResponseBase, header_query: str) -> bool:
    """Whether the response says that it depends on this request field."""
    return header_query.lower().strip() in {name.lower() for name in vary_names(response)}


def vary_names(response: HttpResponseBase) -> list[str]:
    """The names that ``Vary`` has, as they are written there."""
    return _split(response.headers.get("Vary") or "")
