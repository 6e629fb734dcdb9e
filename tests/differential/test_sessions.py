"""Sessions on both: the stores through random sequences, the middleware through visits."""

import asyncio
import importlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.sessions.backends.file import SessionStore as DjangoFileStore
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run

CACHES = {
    "enfilade": "enfilade.cache.backends.locmem.LocMemCache",
    "django": "django.core.cache.backends.locmem.LocMemCache",
}


@contextmanager
def sessions(framework: Framework, engine: str, **values: Any) -> Iterator[None]:
    """A site of *framework* whose sessions are kept as *engine* says, in a place of its own."""
    name = framework.name
    with tempfile.TemporaryDirectory() as folder:
        DjangoFileStore._storage_path = folder  # which it remembers for good
        with framework.settings(
            SESSION_ENGINE=f"{name}.contrib.sessions.backends.{engine}",
            SESSION_FILE_PATH=folder,
            CACHES={"default": {"BACKEND": CACHES[name], "LOCATION": folder}},
            MIDDLEWARE=[f"{name}.contrib.sessions.middleware.SessionMiddleware"],
            **values,
        ):
            yield
    del DjangoFileStore._storage_path


# Stores --------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "testcookie"])
VALUES = st.one_of(st.integers(-2, 2), st.text(max_size=3), st.lists(st.none(), max_size=2))
STEPS = st.one_of(
    st.tuples(st.just("set"), NAMES, VALUES),
    st.tuples(st.just("get"), NAMES),
    st.tuples(st.just("pop"), NAMES),
    st.tuples(st.just("pop"), NAMES, VALUES),
    st.tuples(st.just("setdefault"), NAMES, VALUES),
    st.tuples(st.just("update"), st.dictionaries(NAMES, VALUES)),
    st.tuples(st.just("has_key"), NAMES),
    st.tuples(st.just("set_expiry"), st.sampled_from([None, 0, 60, 3600])),
    st.tuples(
        st.sampled_from(
            ["items", "keys", "set_test_cookie", "test_cookie_worked", "get_expiry_age",
             "get_expire_at_browser_close", "flush", "cycle_key", "save", "create", "delete"]
        )
    ),
    st.tuples(st.sampled_from(["clear", "is_empty", "later", "elsewhere"])),
)  # fmt: skip


def outcome(session: Any, step: tuple[Any, ...], awaits: bool) -> Any:
    """What one step comes to: its value or the name of its exception."""
    name, *args = step
    try:
        if awaits and hasattr(session, f"a{name}"):
            value = asyncio.run(getattr(session, f"a{name}")(*args))
        elif name == "set":
            value = session.__setitem__(*args)
        else:
            value = getattr(session, name)(*args)
    except Exception as error:
        return type(error).__name__
    return sorted(value, key=str) if name in ("items", "keys") else value


def story(framework: Framework, engine: str, steps: list[Any], awaits: bool) -> list[Any]:
    """What is seen from outside at each step."""
    module = importlib.import_module(f"{framework.name}.contrib.sessions.backends.{engine}")
    session, seen = module.SessionStore(), []
    for step in steps:
        before = session.session_key
        if step[0] == "later":
            session = module.SessionStore(session.session_key)
        elif step[0] == "elsewhere":
            module.SessionStore().delete(session.session_key)
        else:
            seen.append((step, outcome(session, step, awaits)))
        key = session.session_key
        seen.append((bool(key), engine != "signed_cookies" and key == before))
        seen.append((session.accessed, session.modified, session.is_empty()))
    return [*seen, sorted(session.items(), key=str)]


@pytest.mark.parametrize("awaits", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("engine", ["file", "signed_cookies", "cache"])
@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
def test_a_store_tells_the_same_story(engine: str, awaits: bool, steps: list[Any]) -> None:
    with sessions(ENFILADE, engine):
        ours = story(ENFILADE, engine, steps, awaits)
    with sessions(DJANGO, engine):
        theirs = story(DJANGO, engine, steps, awaits)
    assert ours == theirs


# Visits --------------------------------------------------------------------------------------


def site(framework: Framework) -> Any:
    """One view that does with the session what the query says, step by step."""

    def view(request: Any) -> Any:
        status = 200
        for step in request.META["QUERY_STRING"].split("&"):
            name, _, value = step.partition("=")
            match name:
                case "set":
                    request.session["said"] = value
                case "get":
                    request.session.get("said")
                case "nested":
                    request.session.get("list", []).append(1)
                case "empty":
                    request.session.pop("said", None)
                case "flush" | "cycle_key" | "clear" | "set_test_cookie" | "delete":
                    getattr(request.session, name)()
                case "expiry":
                    request.session.set_expiry(int(value))
                case "touch":
                    assert request.session is not None
                case "status":
                    status = int(value)
                case "fail":
                    request.session["said"] = "in vain"
                    raise RuntimeError
                case "forbidden":
                    request.session["said"] = "no"
                    raise framework.exceptions.PermissionDenied
        return framework.http.HttpResponse("answer", status=status)

    class URLs:
        urlpatterns = [framework.urls.path("", view)]

    return URLs


def visits(
    framework: Framework, engine: str, queries: list[str], asgi: bool, **values: Any
) -> list[Any]:
    """What a browser that keeps cookies sees."""
    handler = framework.ASGIHandler if asgi else framework.WSGIHandler
    cookies: dict[str, str] = {}
    seen = []
    with sessions(framework, engine, ROOT_URLCONF=site(framework), **values):
        for query in queries:
            if query.startswith("cookie="):
                cookies["sessionid"] = query.removeprefix("cookie=")
                continue
            sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
            headers = {"cookie": sent} if sent else {}
            answer = run(handler, [], asgi=asgi, query=query, headers=headers)
            attributes, same, vary = told(answer, cookies)
            # A signed cookie has the second in it, so that its value is of no interest.
            same = same or engine == "signed_cookies"
            seen.append((query, answer.status, attributes, same, vary))
    return seen


def told(answer: Outcome, cookies: dict[str, str]) -> tuple[Any, ...]:
    """The attributes of the cookie, whether its value is new, and ``Vary``; *cookies* are
    brought up to date."""
    fields = {name.lower(): value for name, value in answer.headers}
    line = fields.get("set-cookie", "").lstrip()  # Django sends it with a space
    name, _, value = line.partition(";")[0].partition("=")
    attributes = re.sub(r"expires=\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT", "expires=then", line)
    attributes = attributes.partition(";")[2]
    before = dict(cookies)
    if "Max-Age=0" in line:
        cookies.pop(name, None)
    elif name:
        cookies[name] = value
    return attributes, before == cookies, fields.get("vary")


STORIES = {
    "untouched": ["", "touch"],
    "read": ["get", "set=1", "get", "touch", ""],
    "write": ["set=1", "set=2", "nested", "get"],
    "emptied": ["set=1", "empty", "get", "clear", "get"],
    "flushed": ["set=1", "flush", "get", "set=2"],
    "flushed and used": ["set=1", "flush&set=2", "get"],
    "new key": ["set=1", "cycle_key", "get"],
    "failed": ["set=1", "set=2&status=500", "fail", "status=503&set=3", "get&status=500"],
    "refused": ["forbidden", "set=1&status=404", "get"],
    "expiry": ["set=1&expiry=60", "get", "expiry=0", "set=2", "get"],
    "not known": ["cookie=chosenbysomebody", "get", "set=1"],
    "not known, written": ["cookie=chosenbysomebody", "set=1", "get"],
    "not genuine": ["cookie=short", "get", "set=1"],
    "forged": ["set=1", "cookie=eyJhIjoxfQ:1vZZZZ:nonsense", "get", "get"],
    "deleted": ["set=1", "set=2&delete", "get"],
    "test cookie": ["set_test_cookie", "get"],
}
SETTINGS = {
    "defaults": {},
    "every request": {"SESSION_SAVE_EVERY_REQUEST": True},
    "until the browser closes": {"SESSION_EXPIRE_AT_BROWSER_CLOSE": True},
    "attributes": {
        "SESSION_COOKIE_DOMAIN": "example.org",
        "SESSION_COOKIE_PATH": "/here/",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": False,
        "SESSION_COOKIE_SAMESITE": "None",
        "SESSION_COOKIE_AGE": 77,
    },
    "without SameSite": {"SESSION_COOKIE_SAMESITE": False},
}


@GATEWAYS
@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("engine", ["file", "signed_cookies", "cache"])
def test_a_browser_sees_the_same(engine: str, values: dict[str, Any], asgi: bool) -> None:
    for name, queries in STORIES.items():
        ours = visits(ENFILADE, engine, queries, asgi, **values)
        theirs = visits(DJANGO, engine, queries, asgi, **values)
        assert ours == theirs, name


def test_a_session_that_has_ended_in_a_cache_is_forgotten_by_both() -> None:
    queries = ["set=1&expiry=-5", "get", "set=2", "get"]
    ours = visits(ENFILADE, "cache", queries, asgi=False)
    assert ours == visits(DJANGO, "cache", queries, asgi=False)


def test_a_cookie_that_nothing_looks_at_stays() -> None:
    """Django makes the session of each request, and so finds that this one cannot be."""
    queries = ["cookie=short", ""]
    assert visits(ENFILADE, "file", queries, asgi=False) == [("", 200, "", True, None)]
    [(_, _, attributes, _, vary)] = visits(DJANGO, "file", queries, asgi=False)
    assert "Max-Age=0" in attributes
    assert vary == "Cookie"


def test_a_file_that_has_ended_is_no_session() -> None:
    """Django makes a new one of it, and never ends one whose expiry is a number."""
    queries = ["set=1&expiry=-5", "get"]
    assert "Max-Age=0" in visits(ENFILADE, "file", queries, asgi=False)[1][2]
    assert "Max-Age=1209600" in visits(DJANGO, "file", queries, asgi=False)[1][2]


def test_a_signed_session_ends_when_it_says() -> None:
    """Django knows SESSION_COOKIE_AGE only, whatever set_expiry() was given."""
    queries = ["set=1&expiry=-5", "get"]
    assert visits(ENFILADE, "signed_cookies", queries, asgi=False)[1][2] != ""
    assert visits(DJANGO, "signed_cookies", queries, asgi=False)[1][2] == ""
