"""Everything the page about a failed request shows, gathered so that no part can spoil the rest.

The request, the session or a setting may be what is broken: a table that cannot be had becomes
a table that says why.
"""

import platform
import shlex
import sys
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any

from enfilade.http import HttpRequest
from enfilade.lifecycle import Step, step
from enfilade.reserved import PROFILE
from enfilade.secrecy import HIDDEN, hide_fields, hide_target, hide_tokens, is_secret
from enfilade.views.cleansing import cleanse, safe_settings, shown_items
from enfilade.views.debug_frames import Failure, failures
from enfilade.views.sensitive import sensitive_parameters
from enfilade.views.step import lifecycle_step, traced_failure

Table = list[tuple[str, str]]

_NOT_SENT_BY_CURL = frozenset({"host", "content-length", "connection", "cookie"})
_DEFAULT_PORTS = frozenset({"80", "443"})
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Report:
    """One failed request. ``failures`` has the exception that ended it first.

    ``piece`` is what failed in its step, if the request has a trace, and ``profile`` the path of
    its page in the profiler, if there is one.
    """

    status: int
    step: Step
    piece: str
    profile: str
    failures: list[Failure]
    method: str
    path: str
    view: str
    curl: str
    tables: dict[str, Table]
    settings: Table
    versions: Table

    def as_json(self) -> dict[str, Any]:
        """What a program needs: no source, no variables, no settings."""
        return {
            "status": self.status,
            "request": {"method": self.method, "path": self.path, "view": self.view},
            "step": {**asdict(self.step), "piece": self.piece},
            "profile": self.profile,
            "exceptions": [
                {
                    "type": failure.type_name,
                    "message": failure.message,
                    "notes": failure.notes,
                    "frames": [
                        {"file": frame.filename, "line": frame.line, "function": frame.function}
                        for frame in failure.frames
                    ],
                }
                for failure in self.failures
            ],
        }


def build_report(
    request: HttpRequest | None, exc: BaseException, tb: TracebackType | None, status: int
) -> Report:
    """Gather the report of *exc*, raised while *request* (if there was one) was answered."""
    parameters = sensitive_parameters(request)
    failed, piece = failed_piece(request, exc, tb)
    return Report(
        status=status,
        step=failed,
        piece=piece,
        profile=profile_of(request) if request else "",
        failures=failures(exc, tb, parameters),
        method=(request and request.method) or "",
        path=hide_tokens(request.path) if request else "",
        view=view_name(request) if request else "",
        curl=_guarded_text(lambda: curl_command(request, parameters)) if request else "",
        tables=request_tables(request, parameters) if request else {},
        settings=guarded(safe_settings),
        versions=versions(),
    )


def failed_piece(
    request: HttpRequest | None, exc: BaseException, tb: TracebackType | None
) -> tuple[Step, str]:
    """The step that the exception itself names (``__enfilade_step__``, an event of the walk),
    else the one of its trace, else the one its traceback shows; and the piece that failed there,
    as far as it is known."""
    named = getattr(exc, "__enfilade_step__", None)
    if named is not None:
        return step(named), ""
    trace = getattr(request, "trace", None)
    found = traced_failure(trace, exc) if trace is not None else None
    if found is not None:
        return found
    return lifecycle_step(tb, resolved=getattr(request, "resolver_match", None) is not None), ""


def profile_of(request: HttpRequest) -> str:
    """The path of the profiler's page about *request*; "" unless a development server has one."""
    scope = getattr(request, "scope", None)
    profile: str = (request.META if scope is None else scope).get(PROFILE, "")
    return profile


def view_name(request: HttpRequest) -> str:
    """The dotted path of the view the request was resolved to; "" before that."""
    match = request.resolver_match
    if match is None:
        return ""
    view = getattr(match.func, "view_class", match.func)
    name = getattr(view, "__qualname__", type(view).__qualname__)
    return f"{view.__module__}.{name}"


def request_tables(request: HttpRequest, parameters: Container[str] = ()) -> dict[str, Table]:
    """What the client sent, by where it stands in the request; *parameters* of the form are
    hidden."""
    return {
        "Query": guarded(lambda: shown_items(_all_values(request.GET))),
        "Form": guarded(lambda: shown_items(_all_values(request.POST), parameters)),
        "Files": guarded(lambda: shown_items(request.FILES.items(), parameters)),
        "Cookies": guarded(lambda: shown_items(request.COOKIES.items())),
        "Headers": guarded(lambda: shown_items(request.headers.items())),
        "META": guarded(lambda: shown_items(sorted(request.META.items()))),
    }


def _all_values(fields: Any) -> Iterable[tuple[str, Any]]:
    """The items of a ``QueryDict``, a lone value as itself and several as a list."""
    for name, values in fields.lists():
        yield name, values[0] if len(values) == 1 else values


def guarded(gather: Callable[[], Table]) -> Table:
    """The table, or one line that says why it cannot be had."""
    try:
        return gather()
    except Exception as exc:
        return [("(not available)", f"{type(exc).__name__}: {exc}")]


def _guarded_text(gather: Callable[[], str]) -> str:
    return guarded(lambda: [("", gather())])[0][1]


def curl_command(request: HttpRequest, parameters: Container[str] = ()) -> str:
    """A command line that sends the same request again; secrets have to be filled in."""
    url = f"{request.scheme}://{_host(request)}{request.get_full_path()}"
    words = ["curl", "-X", request.method or "GET", hide_target(url)]
    for name, value in hide_fields(request.headers.items()):
        if name.lower() not in _NOT_SENT_BY_CURL and not _is_body_type(name, value):
            words += ["-H", f"{name}: {value}"]
    if request.COOKIES:
        cookies = cleanse("", dict(request.COOKIES))
        words += ["-b", "; ".join(f"{name}={value}" for name, value in cookies.items())]
    return shlex.join(words + _form_words(request, parameters))


def _form_words(request: HttpRequest, parameters: Container[str]) -> list[str]:
    words: list[str] = []
    try:
        fields = list(request.POST.lists())
    except Exception:  # the form may be what is broken
        return words
    for name, values in fields:
        for value in values:
            text = HIDDEN if is_secret(name, parameters) else value
            words += ["--data-urlencode", f"{name}={text}"]
    return words


def _is_body_type(name: str, value: str) -> bool:
    return name.lower() == "content-type" and value.startswith((_FORM, "multipart/form-data"))


def _host(request: HttpRequest) -> str:
    # Not get_host(): the report may be about a host that is not allowed.
    meta = request.META
    name, port = str(meta.get("SERVER_NAME")), str(meta.get("SERVER_PORT"))
    host: str | None = meta.get("HTTP_HOST")
    return host or (name if port in _DEFAULT_PORTS else f"{name}:{port}")


def versions() -> Table:
    """What the site runs on."""
    return [
        ("Enfilade", _version("enfilade")),
        ("Jinja2", _version("jinja2")),
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("Platform", platform.platform()),
        ("sys.path", "\n".join(sys.path)),
    ]


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed as a package"
