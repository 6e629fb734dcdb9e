"""Messages beside Django's: storages by themselves, and through both handlers.

The salt of the cookie is our own, so it is set to Django's where the two read each other's.
"""

import base64
import hashlib
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages.apps import update_level_tags
from django.core.signals import setting_changed
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from oracle import DJANGO, ENFILADE, Framework, run

KINDS = {"cookie": "CookieStorage", "session": "SessionStorage", "fallback": "FallbackStorage"}
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(min_size=200, max_size=700),
    st.integers(1, 3000).map("x".__mul__),
    st.sampled_from(["", "__messagesnotfinished__", '["__json_message",1,20,"<b>"]', "é☃\u2028"]),
)
NO_SURROGATES = TEXTS.filter(lambda text: not re.search("[\ud800-\udfff]", text))
ADDED = st.tuples(
    st.sampled_from([0, 10, 20, 25, 30, 40, 41, 99]),
    NO_SURROGATES,
    st.booleans(),
    st.sampled_from(["", "wide", "a b", None]),
)
STEP = st.one_of(ADDED, st.sampled_from(["show", "count", "level 0", "level none", "next page"]))


class Visitor:
    """A browser with its cookies, and the session that the server has for it."""

    def __init__(self, framework: Framework, kind: str) -> None:
        self.framework = framework
        package = framework.http.__name__.partition(".")[0]
        base = getattr(import_module(f"{package}.contrib.messages.storage.{kind}"), KINDS[kind])
        cookie = import_module(f"{package}.contrib.messages.storage.cookie").CookieStorage
        salted = type("Salted", (cookie,), {"key_salt": "django.contrib.messages"})
        if kind == "cookie":
            base = salted
        if kind == "fallback":
            base = type("Salted", (base,), {"storage_classes": (salted, base.storage_classes[1])})
        self.storage_class = base
        self.html = mark_safe if package == "django" else Markup
        self.cookies: dict[str, str] = {}
        self.session: dict[str, Any] = {}
        self.open()

    def open(self) -> None:
        self.request = SimpleNamespace(COOKIES=self.cookies, session=self.session)
        self.storage = self.storage_class(self.request)

    def do(self, step: Any) -> Any:
        """Take the step, and return all that can be seen of it."""
        match step:
            case "show":
                return [look(message) for message in self.storage]
            case "count":
                return len(self.storage)
            case "level 0":
                self.storage.level = 0
                return self.storage.level
            case "level none":
                self.storage.level = 40  # else Django raises TypeError, which DIFFERENCES.md has
                self.storage.level = None
                return self.storage.level
            case "next page":
                return self.leave()
        level, text, is_html, tags = step
        self.storage.add(level, self.html(text) if is_html else text, tags)
        return self.storage.added_new, self.storage.used

    def leave(self) -> Any:
        response = self.framework.http.HttpResponse()
        unstored = self.storage.update(response)
        sent = response.cookies.get("messages")
        if sent is not None and not sent.value and "messages" not in self.cookies:
            sent = None  # a difference on purpose, see below
        if sent is not None:
            self.cookies["messages"] = sent.value
            if not sent.value:
                del self.cookies["messages"]
        seen = (
            None if unstored is None else [look(message) for message in unstored],
            sent and payload(sent.value),
            sent and len(sent.coded_value),
            sent and {name: value for name, value in sent.items() if name != "expires"},
            self.session.get("_messages", "").replace('", ', '",').replace(", ", ","),
        )
        self.open()
        return seen


def look(message: Any) -> Any:
    text = message.message
    return message.level, str(text), hasattr(text, "__html__"), message.extra_tags, message.tags


def payload(signed: str) -> bytes | None:
    """What is in the cookie, without time and signature."""
    text = signed.partition(":")[0].encode()
    data = base64.urlsafe_b64decode(text.lstrip(b".") + b"=" * (-len(text.lstrip(b".")) % 4))
    return zlib.decompress(data) if text.startswith(b".") else data


@pytest.mark.parametrize("kind", KINDS)
@given(steps=st.lists(STEP, max_size=12))
@settings(deadline=None, max_examples=60)
def test_a_visitor_sees_the_same_and_keeps_the_same(kind: str, steps: list[Any]) -> None:
    ours, theirs = Visitor(ENFILADE, kind), Visitor(DJANGO, kind)
    for step in [*steps, "next page", "show", "next page", "next page"]:
        assert ours.do(step) == theirs.do(step)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 40, 400, 1400, 1500, 1600, 2500])
@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_the_cookie_ends_where_djangos_ends(kind: str, size: int, count: int) -> None:
    ours, theirs = Visitor(ENFILADE, kind), Visitor(DJANGO, kind)
    for number in range(count):
        text = "".join(noise(part) for part in range(number, size))[:size]
        assert ours.do((20, text, False, "")) == theirs.do((20, text, False, ""))
    for step in ("next page", "count", "show", "next page"):
        assert ours.do(step) == theirs.do(step)


@pytest.mark.parametrize("kind", ["cookie", "fallback"])
def test_each_reads_what_the_other_has_signed(kind: str) -> None:
    for writer, reader in ((ENFILADE, DJANGO), (DJANGO, ENFILADE)):
        wrote, reads = Visitor(writer, kind), Visitor(reader, kind)
        wrote.do((20, "Grüße", False, "wide"))
        wrote.do((40, "<b>no</b>", True, None))
        wrote.do("next page")
        reads.cookies.update(wrote.cookies)
        assert reads.do("show") == wrote.do("show")


@pytest.mark.parametrize("kind", ["cookie", "fallback"])
@pytest.mark.parametrize("cookie", ["x", "a:b:c", "", "W10:1:x", "é", ".x:1:y", '"'])
def test_a_cookie_that_is_not_genuine_is_nothing(kind: str, cookie: str) -> None:
    ours, theirs = Visitor(ENFILADE, kind), Visitor(DJANGO, kind)
    for visitor in (ours, theirs):
        visitor.cookies["messages"] = cookie
    for step in ("count", "show", "next page", "show"):
        assert ours.do(step) == theirs.do(step)


def noise(number: int) -> str:
    """Text that does not compress."""
    return hashlib.sha256(str(number).encode()).hexdigest()


# Through the handlers ----------------------------------------------------------------------


class Site:
    """The same site on one framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.package = framework.http.__name__.partition(".")[0]
        self.module = ModuleType(f"messages_site_of_{framework.name}")
        self.module.urlpatterns = list(self.routes())

    def routes(self) -> Iterator[Any]:
        messages = import_module(f"{self.package}.contrib.messages")
        respond, path = self.framework.http.HttpResponse, self.framework.urls.path

        def add(request: Any, count: int) -> Any:
            messages.debug(request, "not recorded")
            messages.success(request, "")
            for number in range(count):
                messages.add_message(request, 20 + number, f"<{number}>{noise(number)}", "wide")
            return respond("added")

        def show(request: Any) -> Any:
            seen = [f"{message.tags}|{message}" for message in messages.get_messages(request)]
            return respond("\n".join(seen))

        def both(request: Any) -> Any:
            shown = show(request)
            messages.error(request, "later")
            return shown

        def levels(request: Any) -> Any:
            before = messages.get_level(request)
            changed = messages.set_level(request, messages.ERROR)
            messages.warning(request, "too low")
            messages.error(request, "high enough")
            after = messages.get_level(request)
            messages.set_level(request, None)
            return respond(f"{before} {changed} {after} {messages.get_level(request)}")

        def refused(request: Any) -> Any:
            messages.info(request, "hush", fail_silently=True)
            try:
                messages.info(request, "no storage")
            except messages.MessageFailure as failure:
                return respond(str(failure).replace(self.package, "…"))
            return respond("added")

        def fail(request: Any) -> Any:
            messages.info(request, "kept although it failed")
            raise ValueError

        def untouched(request: Any) -> Any:
            return respond(str(list(messages.get_messages(request))) if request.GET else "")

        for view in (show, both, levels, refused, fail, untouched):
            yield path(f"{view.__name__}/", view)
        yield path("add/<int:count>/", add)

        async def aadd(request: Any, count: int) -> Any:
            return add(request, count)

        yield path("aadd/<int:count>/", aadd)

    @contextmanager
    def installed(self, kind: str, middleware: bool, values: dict[str, Any]) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        contrib = f"{self.package}.contrib"
        chain = [
            f"{contrib}.sessions.middleware.SessionMiddleware",
            f"{contrib}.messages.middleware.MessageMiddleware",
        ]
        try:
            with self.framework.settings(
                MIDDLEWARE=chain if middleware else [],
                ROOT_URLCONF=self.module.__name__,
                SESSION_ENGINE=f"{contrib}.sessions.backends.signed_cookies",
                SESSION_SERIALIZER=f"{contrib}.sessions.serializers.JSONSerializer",
                MESSAGE_STORAGE=f"{contrib}.messages.storage.{kind}.{KINDS[kind]}",
                **values,
            ):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def visit(self, paths: list[str], kind: str, *, asgi: bool, middleware: bool, **values: Any):
        """What a browser sees at each of *paths*, one after the other."""
        handler = self.framework.ASGIHandler if asgi else self.framework.WSGIHandler
        jar: dict[str, str] = {}
        with self.installed(kind, middleware, values):
            for path in paths:
                cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
                address, _, query = path.partition("?")
                outcome = run(
                    handler,
                    [],
                    asgi=asgi,
                    path=address,
                    query=query,
                    headers={"Cookie": cookies} if jar else {},
                )
                body = outcome.body if outcome.status == 200 else b""
                yield outcome.status, body, sorted(_kept(outcome.headers, jar))


def _kept(headers: Any, jar: dict[str, str]) -> Iterator[str]:
    """Put cookies into *jar*, and tell of each what does not depend on signature and salt."""
    for field, value in headers:
        if field.lower() != "set-cookie":
            continue
        name, _, rest = value.strip().partition("=")
        content, _, attributes = rest.partition(";")
        content = content.strip('"')
        if not content:
            if jar.pop(name, None) is None and name == "messages":
                continue  # a difference on purpose, see below
        else:
            jar[name] = content
        seen = payload(content) if content and name == "messages" else bool(content)
        yield f"{name} {seen} {re.sub('expires=[^;]+', 'expires=…', attributes)}"


SITES = [Site(ENFILADE), Site(DJANGO)]
WALKS = {
    "shown once": ["/add/2/", "/show/", "/show/"],
    "added up": ["/add/1/", "/add/2/", "/untouched/", "/show/", "/untouched/"],
    "read in between": ["/add/1/", "/both/", "/both/", "/untouched/?read=1", "/show/"],
    "levels": ["/levels/", "/show/"],
    "async": ["/aadd/3/", "/show/"],
    "a failing view": ["/fail/", "/show/"],
    "an unknown page": ["/add/1/", "/nowhere/", "/show/"],
    "many": ["/add/90/", "/add/3/", "/show/", "/show/"],
}


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_the_same(walk: str, kind: str, asgi: bool) -> None:
    ours, theirs = (
        list(site.visit(WALKS[walk], kind, asgi=asgi, middleware=True)) for site in SITES
    )
    assert ours == theirs
    assert len(ours) == len(WALKS[walk])


@pytest.fixture
def django_tags() -> Iterator[None]:
    """What Django's app does, which is not installed here: tags follow their setting."""
    setting_changed.connect(update_level_tags)
    yield
    setting_changed.disconnect(update_level_tags)


@pytest.mark.usefixtures("django_tags")
@pytest.mark.parametrize(
    "values",
    [
        {"MESSAGE_LEVEL": 10},
        {"MESSAGE_LEVEL": 40},
        {"MESSAGE_TAGS": {20: "", 21: "one", 40: "danger"}},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_DOMAIN": "testserver"},
        {"SESSION_COOKIE_HTTPONLY": False, "SESSION_COOKIE_SAMESITE": "Strict"},
    ],
    ids=lambda values: " ".join(values),
)
def test_settings_have_the_same_effect(values: dict[str, Any]) -> None:
    walk = ["/add/3/", "/levels/", "/show/", "/show/"]
    ours, theirs = (
        list(site.visit(walk, "fallback", asgi=False, middleware=True, **values)) for site in SITES
    )
    assert ours == theirs


def test_a_cookie_that_is_not_there_is_not_forgotten() -> None:
    """So that a page which finds no messages sets no cookie, and may be kept by a cache."""
    sent = []
    for site in SITES:
        with site.installed("cookie", True, {}):
            answer = run(site.framework.WSGIHandler, [], path="/show/")
        sent.append([value for name, value in answer.headers if name.lower() == "set-cookie"])
    ours, theirs = sent
    assert ours == []
    assert "Max-Age=0" in theirs[0]


def test_without_the_middleware_both_refuse_in_the_same_words() -> None:
    ours, theirs = (
        list(site.visit(["/refused/", "/show/"], "cookie", asgi=False, middleware=False))
        for site in SITES
    )
    assert ours == theirs
    assert ours[0][1].startswith(b"You cannot add messages without installing")


def test_in_debug_both_fail_where_there_is_no_room() -> None:
    ours, theirs = (
        list(site.visit(["/add/90/"], "cookie", asgi=False, middleware=True, DEBUG=True))
        for site in SITES
    )
    assert ours[0][0] == theirs[0][0] == 500
