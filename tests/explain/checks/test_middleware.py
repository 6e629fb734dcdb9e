"""The order of middleware, read from what each says of itself."""

import pytest

from enfilade.contrib.sessions.middleware import SessionMiddleware
from enfilade.explain.checks import middleware as checks
from enfilade.explain.checks.finding import Finding
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.common import CommonMiddleware
from enfilade.test import override_settings

COMMON = "enfilade.middleware.common.CommonMiddleware"
SECURITY = "enfilade.middleware.security.SecurityMiddleware"
SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
UPDATE = "enfilade.middleware.cache.UpdateCacheMiddleware"
CACHE = "enfilade.middleware.cache.CacheMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"


class Needy(MiddlewareMixin):
    requires = {SESSIONS: "Nobody is known."}


class Follower(MiddlewareMixin):
    follows = {COMMON: "It comes too early."}


class OwnCommon(CommonMiddleware):
    pass


class OwnSessions(SessionMiddleware):
    pass


def plain(get_response: object) -> object:
    return get_response


def found(*middleware: object) -> list[Finding]:
    with override_settings(MIDDLEWARE=list(middleware)):
        return [*checks.check_required(), *checks.check_followed()]


@pytest.mark.parametrize(
    "middleware",
    [
        [],
        [plain],
        [COMMON, Follower],
        [Follower],
        [OwnCommon, Follower],
        [SESSIONS, Needy],
        [OwnSessions, Needy],
        [UPDATE, SESSIONS],
        [CACHE, SESSIONS],
        [SESSIONS, MESSAGES],
        ["no.such.Middleware", COMMON],
    ],
)
def test_a_right_order_is_not_spoken_of(middleware: list[object]) -> None:
    assert found(*middleware) == []


@pytest.mark.parametrize(
    ("middleware", "identifier", "said"),
    [
        ([Needy], "middleware.E005", "SessionMiddleware, which is not there. Nobody is known."),
        ([Needy, SESSIONS], "middleware.E005", "SessionMiddleware, which is after it. Nobody"),
        ([Follower, COMMON], "middleware.W006", "stands before CommonMiddleware. It comes too"),
        ([Follower, OwnCommon], "middleware.W006", "stands before CommonMiddleware."),
        ([SESSIONS, UPDATE], "middleware.W006", "kept before the cookie is set"),
        ([OwnSessions, UPDATE], "middleware.W006", "kept before the cookie is set"),
        ([SESSIONS, CACHE], "middleware.W006", "kept before the cookie is set"),
        ([MESSAGES, SESSIONS], "middleware.W006", "MessageMiddleware stands before"),
    ],
)
def test_a_wrong_order_is_told_with_what_breaks(
    middleware: list[object], identifier: str, said: str
) -> None:
    [finding] = found(*middleware)
    assert finding.id == identifier
    assert said in finding.message
    assert "Put 'enfilade." in finding.hint
