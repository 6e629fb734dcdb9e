"""How the objects of a walk are shown: in names and short texts, without secrets, and without
having anything made that was not there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from enfilade.explain.walk.inner import inner_names
from enfilade.explain.walk.laziness import UNSEEN, behind, is_unseen
from enfilade.secrecy import HIDDEN, hide_fields, hide_query, hide_target, hide_text, is_secret
from enfilade.trace import KEY
from enfilade.urls.mismatch import bounded

LONGEST = 160
"""Characters of one value."""

MOST_BODY = 480
"""Bytes of a body that are shown."""

_PLAIN = (str, bytes, int, float, type(None))
_LISTS = (tuple, list, set, frozenset)
_NOT_NEWS = frozenset({"META", "environ", "scope", "trace", "resolver_match"})
"""Attributes of a request that are shown elsewhere, or are the same for all."""

_PROMISE = "_make_"
_FIRST = (
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR",
)  # fmt: skip
_TARGETS = frozenset({"PATH_INFO", "RAW_URI", "REQUEST_URI", "path", "raw_path"})
_QUERIES = frozenset({"QUERY_STRING", "query_string"})
_FORM = "application/x-www-form-urlencoded"

Look = dict[str, str]


def look_at(name: str, value: Any) -> str:
    """*value* of what is called *name*: simple ones as they are written in Python, of all others
    their type, since to show them may make them do something; lazy ones stay as they are."""
    if is_secret(name):
        return HIDDEN
    if is_unseen(value):
        return UNSEEN
    value = behind(value)
    if _is_plain(value):
        return shorten(hide_text(repr(value)))
    kind = value if issubclass(type(value), type) else type(value)
    return f"<{kind.__module__}.{kind.__qualname__}>"


def _is_plain(value: Any) -> bool:
    kind = type(value)  # for lazy objects say that they are what they are not yet
    if issubclass(kind, _LISTS):
        return all(map(_is_plain, value))
    if issubclass(kind, dict):
        return all(_is_plain(each) for pair in value.items() for each in pair)
    return issubclass(kind, _PLAIN)


def shorten(text: str, most: int = LONGEST) -> str:
    """*text*, or what there is room for of it."""
    return bounded(text, most)


def look_at_request(request: Any) -> Look:
    """The attributes of *request*, and of its ``META`` what is text."""
    seen: Look = {}
    kind = type(request)
    unseen = _NOT_NEWS | inner_names(kind)
    there = dict(vars(request))  # as it is now: others may be at it
    for name, value in there.items():
        if name.startswith(_PROMISE):
            seen[name.removeprefix(_PROMISE)] = "promised, and made at first touch"
        elif name not in unseen and _is_no_lazy(kind, name):
            seen[name] = look_at(name, value)
    meta = there.get("META") or there.get("environ") or {}
    for name, value in look_at_environ(meta).items():
        seen[f"META[{name!r}]"] = value
    return seen


def _is_no_lazy(kind: type, name: str) -> bool:
    """Whether somebody has set it: what the class itself works out at first touch is no news."""
    given = getattr(kind, name, None)
    return not hasattr(given, "compute") and not hasattr(given, "func")


def look_at_response(response: Any) -> Look:
    """Class, status, fields and cookies of *response*."""
    kind = type(response)
    reason = getattr(response, "reason_phrase", "")
    seen = {"class": kind.__name__, "status": f"{response.status_code} {reason}".rstrip()}
    for name, value in hide_fields((name, str(value)) for name, value in response.items()):
        seen[name] = shorten(value)
    for name in response.cookies:
        seen[f"Set-Cookie: {name}"] = HIDDEN
    if _has_content(response):
        seen["body"] = f"{len(response.content)} bytes"
    return seen


def look_at_content(response: Any) -> list[str]:
    """The beginning of the body of *response*, if that is there."""
    if not _has_content(response):
        return []
    coded = response.get("Content-Encoding")
    return look_at_body(response.content, coded or response.get("Content-Type", ""))


def _has_content(response: Any) -> bool:
    streaming = getattr(response, "streaming", False)
    return not streaming and getattr(response, "is_rendered", True)


# The two doors ----------------------------------------------------------------------------------


def look_at_environ(environ: Mapping[str, Any]) -> Look:
    """The variables of *environ*: those of the request line first, then fields, then the rest."""
    named = [name for name in environ if isinstance(name, str) and name != KEY]
    fields = sorted(name for name in named if name.startswith("HTTP_"))
    first = [name for name in _FIRST if name in environ]
    others = sorted(set(named) - set(fields) - set(first))
    return {name: _variable(name, environ[name]) for name in [*first, *fields, *others]}


def look_at_scope(scope: Mapping[str, Any]) -> Look:
    """The entries of an ASGI *scope*."""
    return {
        name: _fields_of_scope(value) if name == "headers" else _variable(name, value)
        for name, value in scope.items()
        if name != KEY
    }


def _variable(name: str, value: Any) -> str:
    kind = type(value)
    if issubclass(kind, bytes | str) and (name in _TARGETS or name in _QUERIES):
        hide = hide_query if name in _QUERIES else hide_target
        if issubclass(kind, bytes):
            return _as_bytes(hide(value.decode("latin-1")))
        return shorten(repr(hide(value)))
    if issubclass(kind, str) and name.startswith("HTTP_"):
        field = name.removeprefix("HTTP_").replace("_", "-").title()
        ((_, hidden),) = hide_fields([(field, value)])
        return shorten(repr(hidden))
    return look_at(name, value)


def _fields_of_scope(fields: Iterable[tuple[bytes, bytes]]) -> str:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]
    shown = [f"({_as_bytes(name)}, {_as_bytes(value)})" for name, value in hide_fields(pairs)]
    return f"[{', '.join(shown)}]"


def _as_bytes(text: str) -> str:
    """*text*, in latin-1 but for what is hidden, as bytes are written in Python."""
    return shorten(f"b{text!r}")


# Bytes ------------------------------------------------------------------------------------------


def look_at_bytes(data: bytes) -> list[str]:
    """A message of HTTP/1.1, request or response: its head, and the beginning of its body."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = hide_fields(_pairs(lines))
    kind = next((value for name, value in fields if name.lower() == "content-type"), "")
    shown = [f"{name}: {shorten(value)}" for name, value in fields]
    below = ["", *look_at_body(body, kind)] if body else []
    return [_first_line(first), *shown, *below]


def _pairs(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(":")
        yield name, value.strip()


def _first_line(line: str) -> str:
    """Of a request the target is hidden as far as it has secrets."""
    if line.startswith("HTTP/"):
        return line
    method, _, rest = line.partition(" ")
    target, _, version = rest.rpartition(" ")
    return f"{method} {shorten(hide_target(target))} {version}"


def look_at_body(body: bytes, kind: str = "") -> list[str]:
    """The beginning of *body*, whose ``Content-Type`` is *kind*, in lines."""
    if not body:
        return []
    if kind.startswith("multipart/"):
        return [f"({len(body)} bytes: a form with files)"]
    try:
        text = body[:MOST_BODY].decode("utf-8", "strict" if len(body) <= MOST_BODY else "ignore")
    except UnicodeDecodeError:
        return [f"({len(body)} bytes)"]
    if "\0" in text or kind.startswith(("image/", "video/", "audio/", "font/")):
        return [f"({len(body)} bytes)"]
    hidden = hide_query(text) if kind.startswith(_FORM) else hide_text(text)
    more = [f"(… {len(body)} bytes in all)"] if len(body) > MOST_BODY else []
    return [*(shorten(line) for line in hidden.splitlines()), *more]


# What has changed -------------------------------------------------------------------------------


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What came (+), went (-) and is another now (~)."""
    lines = [f"+ {name}: {value}" for name, value in after.items() if name not in before]
    for name, value in before.items():
        if name not in after:
            lines.append(f"- {name}")
        elif after[name] != value:
            lines.append(f"~ {name}: {value} → {after[name]}")
    return lines
