"""No rule of order is idle: what each says that breaks does break where it is not kept.

Every proof is a visit to the same site in the order that the rule wants and in one that it
refuses. It tells whether the thing is broken; only the latter may be.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from enfilade.test import override_settings
from ordered_site import logged, see, site, visitor
from ordering import (
    AUTHENTICATION,
    BROKEN_LINKS,
    CACHE,
    COMMON,
    COMPRESSION,
    CONDITIONAL,
    CORS,
    FETCH,
    FRAMES,
    GZIP,
    LOCALE,
    LOGIN,
    MESSAGES,
    PERSISTENT,
    REMOTE,
    REQUEST_ID,
    SECURITY,
    SESSIONS,
    STATIC,
    UPDATE,
    findings,
    own_middleware,
)

STORAGES = "enfilade.contrib.messages.storage"


# The proofs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """``is_broken()`` is true in the orders ``wrong``, and false in ``right``."""

    who: str
    kind: str
    whom: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    is_broken: Callable[[], bool]
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        short = [path.rpartition(".")[2].removesuffix("Middleware") for path in self.rule[::2]]
        return f"{short[0]} {self.kind} {short[1]}: {self.is_broken.__name__}"

    @property
    def rule(self) -> tuple[str, str, str]:
        return self.who, self.kind, self.whom


PROOFS: list[Proof] = []


def proves(
    who: str, kind: str, whom: str, *, right: list[str], wrong: list[str], **settings: Any
) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
    def register(is_broken: Callable[[], bool]) -> Callable[[], bool]:
        proof = Proof(who, kind, whom, tuple(right), tuple(wrong), is_broken, settings)
        PROOFS.append(proof)
        return is_broken

    return register


@proves(FETCH, "requires", UPDATE, right=[UPDATE, FETCH], wrong=[FETCH])
def the_view_runs_each_time() -> bool:
    return see("/number/").content != see("/number/").content


@proves(FETCH, "requires", UPDATE, right=[UPDATE, FRAMES, FETCH], wrong=[FETCH, FRAMES, UPDATE])
def a_page_from_the_cache_lacks_what_those_in_between_add() -> bool:
    see("/plain/")
    return "X-Frame-Options" not in see("/plain/").headers


@proves(FETCH, "follows", LOCALE, right=[UPDATE, LOCALE, FETCH], wrong=[UPDATE, FETCH, LOCALE])
@proves(CACHE, "follows", LOCALE, right=[LOCALE, CACHE], wrong=[CACHE, LOCALE])
def a_page_comes_in_another_language() -> bool:
    see("/language/", accept_language="en")
    return see("/language/", accept_language="de").content != b"de"


@proves(
    FETCH,
    "follows",
    CONDITIONAL,
    right=[UPDATE, CONDITIONAL, FETCH],
    wrong=[UPDATE, FETCH, CONDITIONAL],
)
def a_page_from_the_cache_is_sent_to_who_has_it() -> bool:
    tag = see("/plain/").headers["ETag"]
    return see("/plain/", if_none_match=tag).status_code != 304


@proves(
    FETCH,
    "follows",
    COMMON,
    right=[UPDATE, COMMON, FETCH],
    wrong=[UPDATE, FETCH, COMMON],
    DISALLOWED_USER_AGENTS=[re.compile("Bot")],
)
@proves(
    CACHE,
    "follows",
    COMMON,
    right=[COMMON, CACHE],
    wrong=[CACHE, COMMON],
    DISALLOWED_USER_AGENTS=[re.compile("Bot")],
)
def a_robot_gets_pages_from_the_cache() -> bool:
    see("/plain/")
    return see("/plain/", user_agent="Bot").status_code != 403


@proves(
    FETCH,
    "follows",
    REQUEST_ID,
    right=[UPDATE, REQUEST_ID, FETCH],
    wrong=[UPDATE, FETCH, REQUEST_ID],
)
@proves(CACHE, "follows", REQUEST_ID, right=[REQUEST_ID, CACHE], wrong=[CACHE, REQUEST_ID])
def two_requests_have_one_id() -> bool:
    return see("/plain/").headers["X-Request-ID"] == see("/plain/").headers["X-Request-ID"]


@proves(
    SESSIONS, "follows", UPDATE, right=[UPDATE, SESSIONS, FETCH], wrong=[SESSIONS, UPDATE, FETCH]
)
def a_page_for_one_visitor_is_shown_to_another() -> bool:
    return see("/mine/").content == see("/mine/").content


@proves(
    MESSAGES,
    "follows",
    UPDATE,
    right=[UPDATE, MESSAGES, FETCH],
    wrong=[MESSAGES, UPDATE, FETCH],
    MESSAGE_STORAGE=f"{STORAGES}.cookie.CookieStorage",
)
def another_visitor_gets_the_page_and_no_message() -> bool:
    see("/add/")
    other = visitor()
    other.get("/add/")
    return b"Saved." not in other.get("/show/").content


@proves(
    MESSAGES,
    "follows",
    SESSIONS,
    right=[SESSIONS, MESSAGES],
    wrong=[MESSAGES, SESSIONS],
    MESSAGE_STORAGE=f"{STORAGES}.session.SessionStorage",
)
def a_message_is_lost() -> bool:
    client = visitor()
    client.get("/add/")
    return b"Saved." not in client.get("/show/").content


@proves(COMMON, "follows", BROKEN_LINKS, right=[BROKEN_LINKS, COMMON], wrong=[COMMON, BROKEN_LINKS])
def a_link_without_its_slash_is_logged() -> bool:
    with logged("enfilade.request.broken_links") as records:
        see("/plain", referer="http://testserver/number/")
    return bool(records)


@proves(LOCALE, "follows", BROKEN_LINKS, right=[BROKEN_LINKS, LOCALE], wrong=[LOCALE, BROKEN_LINKS])
def a_link_without_its_language_is_logged() -> bool:
    with logged("enfilade.request.broken_links") as records:
        see("/page/", referer="http://testserver/number/")
    return bool(records)


@proves(
    COMMON,
    "follows",
    CORS,
    right=[CORS, COMMON],
    wrong=[COMMON, CORS],
    CORS_ALLOWED_ORIGINS=["https://app.example"],
)
def a_redirect_to_the_slash_cannot_be_followed() -> bool:
    redirect = see("/plain", origin="https://app.example")
    assert redirect.status_code == 301
    return "Access-Control-Allow-Origin" not in redirect.headers


@proves(
    COMMON,
    "follows",
    CORS,
    right=[CORS, COMMON],
    wrong=[COMMON, CORS],
    CORS_ALLOWED_ORIGINS=["https://app.example"],
    PREPEND_WWW=True,
)
def a_preflight_request_is_redirected() -> bool:
    asked = {"origin": "https://app.example", "access_control_request_method": "PUT"}
    return visitor().options("/plain/", headers=asked).status_code == 301


@proves(
    LOCALE,
    "follows",
    CORS,
    right=[CORS, LOCALE],
    wrong=[LOCALE, CORS],
    CORS_ALLOWED_ORIGINS=["https://app.example"],
)
def a_redirect_to_the_language_cannot_be_followed() -> bool:
    redirect = see("/page/", origin="https://app.example")
    assert redirect.status_code == 302
    return "Access-Control-Allow-Origin" not in redirect.headers


@proves(COMMON, "follows", LOCALE, right=[LOCALE, COMMON], wrong=[COMMON, LOCALE], PREPEND_WWW=True)
def a_redirect_forgets_the_slash() -> bool:
    return not see("/de/page").headers["Location"].endswith("/de/page/")


@proves(CONDITIONAL, "follows", GZIP, right=[GZIP, CONDITIONAL], wrong=[CONDITIONAL, GZIP])
@proves(
    CONDITIONAL,
    "follows",
    COMPRESSION,
    right=[COMPRESSION, CONDITIONAL],
    wrong=[CONDITIONAL, COMPRESSION],
)
def a_page_that_is_the_same_is_sent_again() -> bool:
    tag = see("/plain/", accept_encoding="gzip").headers["ETag"]
    fields = {"accept_encoding": "gzip", "if_none_match": tag}
    # Now and then a random length is the one that it was before.
    return any(see("/plain/", **fields).status_code != 304 for _ in range(5))


@proves(GZIP, "follows", UPDATE, right=[UPDATE, GZIP, FETCH], wrong=[GZIP, UPDATE, FETCH])
@proves(
    COMPRESSION,
    "follows",
    UPDATE,
    right=[UPDATE, COMPRESSION, FETCH],
    wrong=[COMPRESSION, UPDATE, FETCH],
)
def a_page_is_compressed_anew() -> bool:
    """Each time with other random bytes."""
    bodies = {see("/plain/", accept_encoding="gzip").content for _ in range(8)}
    return len(bodies) > 1


@proves(
    AUTHENTICATION, "requires", SESSIONS, right=[SESSIONS, AUTHENTICATION], wrong=[AUTHENTICATION]
)
def nobody_can_be_asked_for() -> bool:
    return bool(see("/who/").status_code == 500)


@proves(
    AUTHENTICATION,
    "requires",
    SESSIONS,
    right=[SESSIONS, AUTHENTICATION, REMOTE],
    wrong=[AUTHENTICATION, REMOTE, SESSIONS],
)
@proves(
    LOGIN,
    "needs",
    AUTHENTICATION,
    right=[SESSIONS, AUTHENTICATION, LOGIN],
    wrong=[SESSIONS, LOGIN],
    LOGIN_URL="/plain/",
)
@proves(
    REMOTE,
    "requires",
    AUTHENTICATION,
    right=[SESSIONS, AUTHENTICATION, REMOTE],
    wrong=[SESSIONS, REMOTE],
)
@proves(
    REMOTE,
    "requires",
    AUTHENTICATION,
    right=[SESSIONS, AUTHENTICATION, REMOTE],
    wrong=[SESSIONS, REMOTE, AUTHENTICATION],
)
@proves(
    PERSISTENT,
    "requires",
    AUTHENTICATION,
    right=[SESSIONS, AUTHENTICATION, PERSISTENT],
    wrong=[SESSIONS, PERSISTENT],
)
def every_page_is_an_error() -> bool:
    return bool(see("/plain/").status_code == 500)


@proves(STATIC, "follows", SECURITY, right=[SECURITY, STATIC], wrong=[STATIC, SECURITY])
def a_static_file_lacks_the_fields_of_security() -> bool:
    sent = see("/static/site.css")
    assert sent.status_code == 200
    return "X-Content-Type-Options" not in sent.headers


@proves(
    STATIC, "follows", CORS, right=[CORS, STATIC], wrong=[STATIC, CORS], CORS_ALLOW_ALL_ORIGINS=True
)
def a_font_cannot_be_used() -> bool:
    sent = see("/static/site.css", origin="https://app.example")
    assert sent.status_code == 200
    return "Access-Control-Allow-Origin" not in sent.headers


# The tests ------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_what_a_rule_says_breaks_where_it_is_not_kept(proof: Proof, tmp_path: Path) -> None:
    with site(proof.right, tmp_path, **proof.settings):
        assert not proof.is_broken()
    with site(proof.wrong, tmp_path, **proof.settings):
        assert proof.is_broken()


@pytest.mark.parametrize("proof", PROOFS, ids=str)
def test_the_check_refuses_the_one_order_and_accepts_the_other(proof: Proof) -> None:
    kind = "middleware.W006" if proof.kind == "follows" else "middleware.E005"
    who, whom = (path.rpartition(".")[2] for path in (proof.who, proof.whom))
    with override_settings(**proof.settings):
        assert findings(proof.right) == []
        found = [each for each in findings(proof.wrong) if each.id == kind]
    assert any(
        each.message.startswith(who) and whom in each.message and proof.whom in each.hint
        for each in found
    )


def test_every_rule_is_proved() -> None:
    rules = {
        (f"{each.__module__}.{each.__qualname__}", kind, other)
        for each in own_middleware()
        for kind in ("requires", "follows", "needs")
        for other in getattr(each, kind)
    }
    assert {proof.rule for proof in PROOFS} == rules


def test_visitors_with_cookies_do_not_see_the_pages_of_each_other_in_a_wrong_order(
    tmp_path: Path,
) -> None:
    with site([SESSIONS, UPDATE, FETCH], tmp_path):
        first, second = visitor(), visitor()
        first.cookies["sessionid"], second.cookies["sessionid"] = "a" * 32, "b" * 32
        assert first.get("/mine/").content != second.get("/mine/").content
