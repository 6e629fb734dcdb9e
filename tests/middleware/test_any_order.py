"""Any of our middleware in any order that the check accepts: no simple request is an error, and a
synchronous chain answers as an asynchronous one does."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.middleware import MiddlewareMixin
from oracle.browser import TOKEN, Browser, get, post
from ordered_site import site
from ordering import MESSAGES, SECURITY, SESSIONS, findings, own_middleware

OWN = {f"{each.__module__}.{each.__qualname__}": each for each in own_middleware()}
ORIGIN = {"origin": "https://app.example"}
STEPS = [
    get("/plain/", accept_encoding="gzip", accept_language="de"),
    get("/plain/", accept_encoding="gzip", accept_language="de"),
    get("/plain/", accept_language="en", if_none_match="*"),
    get("/plain/", method="HEAD"),
    get("/plain/", method="OPTIONS", access_control_request_method="PUT", **ORIGIN),
    get("/plain"),
    get("/page"),
    get("/nowhere/", referer="http://testserver/plain/"),
    get("/static/site.css", **ORIGIN),
    get("/touch/"),
    get("/touch/"),
    get("/token/"),
    post("/plain/", ORIGIN),
    post("/plain/", csrfmiddlewaretoken=TOKEN),
    get("/touch/", accept_encoding="gzip"),
    get("/language/"),
]
OF_THE_MOMENT = {"x-request-id", "expires", "age", "last-modified"}


@st.composite
def chains(draw: st.DrawFn) -> list[str]:
    """Some of them with what they require, in one of the orders that their rules leave."""
    wanted = draw(st.sets(st.sampled_from(sorted(OWN))))
    if MESSAGES in wanted:  # some go to the session
        wanted.add(SESSIONS)
    for _ in range(3):
        wanted |= {other for path in wanted for other in _needed(path)}
    left, order = draw(st.permutations(sorted(wanted))), []
    while left:
        ready = next(path for path in left if not any(_is_before(each, path) for each in left))
        order.append(ready)
        left = [path for path in left if path != ready]
    return order


def _needed(path: str) -> set[str]:
    return {*OWN[path].requires, *OWN[path].needs}


def _is_before(outer: str, inner: str) -> bool:
    if outer == SECURITY and inner != SECURITY:
        return True
    names = {f"{each.__module__}.{each.__qualname__}" for each in OWN[outer].__mro__}
    rules = {*OWN[inner].requires, *OWN[inner].follows}
    mine = {f"{each.__module__}.{each.__qualname__}" for each in OWN[inner].__mro__}
    return bool(names & rules - mine)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


def walk(chain: list[str], folder: Path, *, asgi: bool) -> Iterator[dict[str, Any]]:
    """What a browser sees that does not depend on the moment."""
    with site(
        chain,
        folder,
        CORS_ALLOWED_ORIGINS=["https://app.example"],
        LOGIN_URL="/plain/",
    ):
        browser = Browser(ASGIHandler() if asgi else WSGIHandler(), [], asgi=asgi)
        for step in STEPS:
            seen = browser.see(step)
            fields = {name.lower(): value for name, value in seen["headers"]}
            if fields.get("content-encoding") == "gzip" and seen["body"]:
                seen["body"] = gzip.decompress(seen["body"])
                del fields["content-length"]  # there is something random in it
            if b"TOKEN" in seen["body"]:
                fields.pop("etag", None)
            kept = {name: each for name, each in fields.items() if name not in OF_THE_MOMENT}
            yield {**seen, "headers": kept}


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(chain=chains())
def test_no_request_is_an_error_and_both_chains_answer_alike(
    chain: list[str], folder: Path
) -> None:
    assert findings(chain) == []
    both = [list(walk(chain, folder, asgi=asgi)) for asgi in (False, True)]  # one after the other
    for sync, asynchronous in zip(*both, strict=True):
        assert sync["status"] < 500
        assert sync == asynchronous


def test_all_of_ours_take_part() -> None:
    assert len(OWN) > 20
    assert all(issubclass(each, MiddlewareMixin) for each in OWN.values())
