"""Why something answers in the place of a view, as far as it is the same in our own middleware and
in Django's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from enfilade.explain.facts import Stop
from enfilade.explain.nodes import NUMBERS
from enfilade.explain.source import Source
from enfilade.middleware.csrf import SAFE_METHODS

SLASH = "APPEND_SLASH"
LOCAL = "localhost, below it, 127.0.0.1 or [::1]"
"""The hosts that DEBUG allows where the setting allows none."""

YES, NO, PERHAPS = "yes", "no", "perhaps"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH",
              "HTTP_IF_UNMODIFIED_SINCE")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something answers: the *status*, in which case, the setting that says so, and whether
    nothing but the moment tells if it does."""

    status: int | None
    when: str
    setting: str = ""
    happens: str = NO

    def stop(self, event: str, by: str, source: Source | None) -> Stop:
        """The stop that it is at the step of *event*."""
        number = NUMBERS[event]
        return Stop(number, event, by, self.when, self.status, self.happens, self.setting, source)


Reasons = Iterator[Reason]

OWN_CODE = Reason(None, "its own code decides", happens=PERHAPS)
NO_TLS = Reason(301, "if it comes by http", "SECURE_SSL_REDIRECT")
NO_WWW = Reason(301, "if its host lacks www.", "PREPEND_WWW")
NO_SLASH = Reason(301, "if nothing but a slash is missing at its end", SLASH)
NO_LANGUAGE = Reason(302, "if nothing but a language is missing at its beginning")
UNWELCOME = Reason(403, "if its User-Agent is not welcome", "DISALLOWED_USER_AGENTS")


def fresh_copy(request: Any) -> Reason:
    """What a conditional *request* is answered."""
    asks = any(name in request.META for name in CONDITIONS)
    return Reason(304, "if the client's copy is still good", happens=PERHAPS if asks else NO)


def wrong_host(settings: Any) -> Reasons:
    """What *settings*, ours or Django's, say of hosts."""
    hosts = settings.ALLOWED_HOSTS
    if "*" not in hosts:
        named = ", ".join(map(str, hosts[:3])) + (", …" if len(hosts) > 3 else "")
        text = LOCAL if settings.DEBUG and not hosts else named or "any that is allowed"
        yield Reason(400, f"if its host is not {text}", "ALLOWED_HOSTS")


# What middleware answer that are the same in both ---------------------------------------------


def kept(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method in ("GET", "HEAD"):
        yield Reason(200, "if the page is in the cache", "CACHES", PERHAPS)


def conditional(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method == "GET":
        yield fresh_copy(request)


def forged(middleware: Any, request: Any, view: Any) -> Reasons:
    if not getattr(view, "csrf_exempt", False):
        case = "if it is a POST, say, without" if request.method in SAFE_METHODS else "without"
        yield Reason(403, f"{case} the cookie and the token of a form of the site")


def strangers(middleware: Any, request: Any, view: Any) -> Reasons:
    if view is not None and getattr(view, "login_required", True):
        yield Reason(302, "who has not signed in", "LOGIN_URL", PERHAPS)
