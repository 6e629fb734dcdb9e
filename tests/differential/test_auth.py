"""Signing in and out, and views for users only, on both frameworks: what the visitor gets, what
the session has, which signals are sent."""

import asyncio
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, Framework
from oracle.people import add_user, people

CHAIN = (
    "contrib.sessions.middleware.SessionMiddleware",
    "middleware.csrf.CsrfViewMiddleware",
    "contrib.auth.middleware.AuthenticationMiddleware",
)
SECRETS = ("_auth_user_hash",)
SIGNALS = ("user_logged_in", "user_logged_out", "user_login_failed")


class Site:
    """The same site on one framework, its views sync or async."""

    def __init__(self, framework: Framework, awaits: bool) -> None:
        self.framework, self.awaits, self.name = framework, awaits, framework.name
        self.auth = self.load("contrib.auth")
        self.calls: list[Any] = []
        self.module = ModuleType(f"people_of_{self.name}")
        path = framework.urls.path
        self.module.urlpatterns = [
            *(path(f"{name}/", view, name=name) for name, view in self.views().items()),
            *(path(f"for/{name}/", view) for name, view in self.guarded().items()),
        ]

    def load(self, module: str) -> Any:
        return importlib.import_module(f"{self.name}.{module}")

    def view(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A view that answers with the text of what *function* returns or awaits."""
        http = self.framework.http

        def plain(request: Any) -> Any:
            return http.HttpResponse(str(function(request)))

        async def awaited(request: Any) -> Any:
            return http.HttpResponse(str(await function(request)))

        return awaited if asyncio.iscoroutinefunction(function) else plain

    def views(self) -> dict[str, Any]:
        functions = self.async_functions() if self.awaits else self.functions()
        return {name: self.view(function) for name, function in functions.items()}

    def functions(self) -> dict[str, Any]:
        auth = self.auth

        def enter(request: Any) -> Any:
            user = auth.authenticate(request, **request.GET.dict())
            if user is not None:
                auth.login(request, user)
                assert request.user == user
            return user

        def leave(request: Any) -> Any:
            auth.logout(request)
            return request.user

        def change(request: Any) -> Any:
            request.user.set_password("another")
            request.user.save()
            auth.update_session_auth_hash(request, request.user)

        return {
            "enter": enter,
            "leave": leave,
            "change": change,
            "who": lambda request: (str(request.user), request.user.is_authenticated),
            "cart": lambda request: request.session.update({"cart": ["tea"]}),
            "nothing": lambda request: None,
        }

    def async_functions(self) -> dict[str, Any]:
        auth = self.auth

        async def enter(request: Any) -> Any:
            user = await auth.aauthenticate(request, **request.GET.dict())
            if user is not None:
                await auth.alogin(request, user)
            return user

        async def leave(request: Any) -> Any:
            await auth.alogout(request)
            return request.user

        async def change(request: Any) -> Any:
            request.user = user = await request.auser()
            user.set_password("another")
            await user.asave()
            await auth.aupdate_session_auth_hash(request, user)

        async def who(request: Any) -> Any:
            user = await request.auser()
            return str(user), user.is_authenticated

        async def cart(request: Any) -> Any:
            await request.session.aupdate({"cart": ["tea"]})

        async def nothing(request: Any) -> Any:
            return None

        views = (enter, leave, change, who, cart, nothing)
        return {view.__name__: view for view in views}

    def guarded(self) -> dict[str, Any]:
        """The view "who" behind each decorator and each mixin."""
        decorators = self.load("contrib.auth.decorators")
        mixins = self.load("contrib.auth.mixins")
        login, may = decorators.login_required, decorators.permission_required
        who = self.views()["who"]

        def is_ann(user: Any) -> bool:
            return str(user) == "ann"

        async def is_ann_async(user: Any) -> bool:
            return str(user) == "ann"

        guards = {
            "users": login,
            "users-elsewhere": login(login_url="https://other.example/in/?a=b#c"),
            "users-same-host": login(login_url="http://testserver/in/"),
            "users-same-host-only": login(login_url="//testserver/in/"),
            "users-https": login(login_url="https://testserver/in/"),
            "users-query": login(login_url="/in/?next=/x/&a=%C3%A4"),
            "users-relative": login(login_url="../in/"),
            "users-by-name": login(login_url="enter"),
            "users-field": login(redirect_field_name="to"),
            "users-no-field": login(redirect_field_name=None),
            "editors": may("gazette.edit"),
            "editors-and-readers": may(["gazette.edit", "gazette.read"], login_url="/in/"),
            "editors-only": may("gazette.edit", raise_exception=True),
            "users-editors-only": lambda view: login(
                may("gazette.edit", raise_exception=True)(view)
            ),
            "ann": decorators.user_passes_test(is_ann),
            "ann-async": decorators.user_passes_test(is_ann_async, login_url="/in/"),
        }
        views = {name: guard(who) for name, guard in guards.items()}
        if not self.awaits:  # Django's mixins do not await
            views.update(self.classes(mixins, who))
        return views

    def classes(self, mixins: Any, who: Any) -> dict[str, Any]:
        View = self.load("views").View

        class Who(View):  # type: ignore[misc, valid-type]
            def get(self, request: Any) -> Any:
                return who(request)

        class Users(mixins.LoginRequiredMixin, Who):  # type: ignore[misc, name-defined]
            pass

        class Editors(mixins.PermissionRequiredMixin, Who):  # type: ignore[misc, name-defined]
            permission_required = "gazette.edit"

        class Both(mixins.LoginRequiredMixin, Editors):  # type: ignore[misc, name-defined]
            raise_exception = True
            permission_denied_message = "no"

        class Ann(mixins.UserPassesTestMixin, Who):  # type: ignore[misc, name-defined]
            login_url = "//elsewhere.example/in/"
            redirect_field_name = "to"

            def test_func(self) -> bool:
                return str(self.request.user) == "ann"

        classes = (Users, Editors, Both, Ann)
        return {f"class-{each.__name__.lower()}": each.as_view() for each in classes}

    @contextmanager
    def open(self, middleware: tuple[str, ...] = CHAIN, **values: Any) -> Iterator["Site"]:
        sys.modules[self.module.__name__] = self.module
        chain = [f"{self.name}.{each}" for each in middleware]
        with ExitStack() as stack:
            stack.callback(sys.modules.pop, self.module.__name__)
            for name in SIGNALS:
                stack.enter_context(self.noting(name))
            values = {"MIDDLEWARE": chain, "ROOT_URLCONF": self.module.__name__, **values}
            stack.enter_context(self.framework.settings(**values))
            yield self

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        signal = getattr(self.load("contrib.auth.signals"), name)

        def note(sender: Any, request: Any, user: Any = None, **named: Any) -> None:
            known = sender if isinstance(sender, str) else sender.__name__
            in_session = "_auth_user_id" in getattr(request, "session", ())
            self.calls.append(
                (name, known.replace("django", "enfilade"), str(user), in_session,
                 named.get("credentials"))
            )  # fmt: skip

        signal.connect(note, weak=False)
        try:
            yield
        finally:
            signal.disconnect(note)

    def client(self) -> Any:
        test = self.load("test")
        return test.AsyncClient() if self.awaits else test.Client()

    def get(self, client: Any, address: str, extra: dict[str, Any]) -> Any:
        answer = client.get(address, **extra)
        return asyncio.run(answer) if self.awaits else answer


class Visit:
    """One visitor, and what can be seen of each request."""

    def __init__(self, site: Site) -> None:
        self.site, self.client = site, site.client()
        self.extra: dict[str, Any] = {}

    def value(self, name: str) -> str:
        return self.client.cookies[name].value if name in self.client.cookies else ""

    def session(self) -> dict[str, Any]:
        if not self.value("sessionid"):
            return {}
        return {
            name: str(value).replace("django", "enfilade")
            for name, value in self.client.session.items()
            if name not in SECRETS
        }

    def see(self, address: str) -> Any:
        before = {name: self.value(name) for name in ("sessionid", "csrftoken")}
        self.site.calls.clear()
        response = self.site.get(self.client, address, self.extra)
        for name in [name for name, each in self.client.cookies.items() if each["max-age"] == 0]:
            del self.client.cookies[name]  # as a browser does, and Django's client does not
        return {
            "address": address,
            "status": response.status_code,
            "location": response.headers.get("Location"),
            "body": response.content if response.status_code == 200 else b"",
            "vary": response.headers.get("Vary"),
            "cookies": {
                name: {key: value for key, value in each.items() if key != "expires"}
                for name, each in sorted(response.cookies.items())
            },
            "changed": [name for name, value in before.items() if self.value(name) != value],
            "session": self.session(),
            "calls": list(self.site.calls),
        }


@pytest.fixture(scope="module", autouse=True)
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with people(tmp_path_factory.mktemp("people")):
        for framework in (DJANGO, ENFILADE):
            add_user(framework, "ann", "gazette.edit", "gazette.read")
            add_user(framework, "bob", "gazette.read")
            add_user(framework, "cyd", is_active=False)
            add_user(framework, "dan")
        yield


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def awaits(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def assert_same(
    awaits: bool,
    story: Callable[[Site], Any],
    middleware: tuple[str, ...] = CHAIN,
    backend: str = "ModelBackend",
    **values: Any,
) -> Any:
    """What *story* has to tell of the site, when it tells the same of both."""
    told = []
    for framework in (DJANGO, ENFILADE):
        backends = [f"{framework.name}.contrib.auth.backends.{backend}"]
        site = Site(framework, awaits)
        with site.open(middleware, AUTHENTICATION_BACKENDS=backends, **values):
            told.append(story(site))
    theirs, ours = told
    for one, other in zip(ours, theirs, strict=True):
        assert one == other
    return ours


def visit(*addresses: str) -> Callable[[Site], Any]:
    def story(site: Site) -> Any:
        visitor = Visit(site)
        return [visitor.see(address) for address in addresses]

    return story


def enter(name: str, password: str = "secret") -> str:
    return f"/enter/?username={name}&password={password}"


VISITS = {
    "in and out": ["/who/", enter("ann"), "/who/", "/leave/", "/who/"],
    "untouched": ["/nothing/", enter("ann"), "/nothing/"],
    "with a cart": ["/cart/", enter("ann"), "/who/", "/leave/", "/cart/"],
    "as another": ["/cart/", enter("ann"), "/cart/", enter("bob"), "/who/"],
    "wrong password": [enter("ann", "wrong"), "/who/", enter("nobody"), enter("cyd"), "/who/"],
    "wrong after right": [enter("ann"), enter("ann", "wrong"), "/who/"],
    "out twice": ["/leave/", enter("ann"), "/leave/", "/leave/"],
    "other credentials": ["/enter/?token=abc", "/enter/?username=ann&password=secret&api_key=1"],
    "no password": ["/enter/?username=ann", "/enter/?password=secret"],
}


@pytest.mark.parametrize("addresses", VISITS.values(), ids=VISITS)
def test_a_visit_is_the_same(awaits: bool, addresses: list[str]) -> None:
    assert_same(awaits, visit(*addresses))


def test_another_password_ends_the_other_sessions(awaits: bool) -> None:
    def story(site: Site) -> Any:
        here, there = Visit(site), Visit(site)
        seen = [here.see(enter("dan")), there.see(enter("dan"))]
        seen += [here.see("/change/"), here.see("/who/"), there.see("/who/"), there.see("/who/")]
        user = site.auth.get_user_model().objects.get(username="dan")
        user.set_password("secret")
        user.save()
        return seen

    *_, after, ended, later = assert_same(awaits, story)
    assert b"dan" in after["body"]
    assert b"AnonymousUser" in ended["body"]
    assert "sessionid" in ended["changed"]
    assert later["session"] == {}


GUARDED = [
    (awaits, name)
    for name in Site(ENFILADE, False).guarded()
    for awaits in (False, True)
    # Django's mixins do not await, and one of its decorators has the user loaded on an event loop.
    if not (name.startswith("class-") if awaits else name == "ann-async")
]


@pytest.mark.parametrize(("awaits", "name"), GUARDED)
@pytest.mark.parametrize("visitor", ["", "ann", "bob"])
def test_a_guarded_view_lets_the_same_people_pass(awaits: bool, name: str, visitor: str) -> None:
    steps = [enter(visitor)] if visitor else []
    assert_same(awaits, visit(*steps, f"/for/{name}/?a=b&c=%C3%A4", f"/for/{name}/"))


@pytest.mark.parametrize("login_url", ["/in/", "enter", "https://other.example/in/", "../in/"])
def test_the_login_page_is_where_the_setting_says(awaits: bool, login_url: str) -> None:
    assert_same(awaits, visit("/for/users/", "/for/editors/?x=1"), LOGIN_URL=login_url)


@pytest.mark.parametrize("name", ["nothing", "for/users-field", "for/users-elsewhere", "for/ann"])
@pytest.mark.parametrize("visitor", ["", "bob"])
def test_a_whole_site_may_be_for_users_only(awaits: bool, name: str, visitor: str) -> None:
    chain = (*CHAIN, "contrib.auth.middleware.LoginRequiredMiddleware")

    def story(site: Site) -> Any:
        client = Visit(site)
        if visitor:
            user = site.auth.get_user_model().objects.get(username=visitor)
            client.client.force_login(user)
        return [client.see(f"/{name}/?a=b")]

    assert_same(awaits, story, middleware=chain)


def test_a_test_signs_its_client_in(awaits: bool) -> None:
    def story(site: Site) -> Any:
        visitor = Visit(site)
        ann = site.auth.get_user_model().objects.get(username="ann")
        client, seen = visitor.client, []

        def call(name: str, *args: Any, **kwargs: Any) -> Any:
            if site.awaits:
                return asyncio.run(getattr(client, f"a{name}")(*args, **kwargs))
            return getattr(client, name)(*args, **kwargs)

        for name, args, kwargs in (
            ("login", (), {"username": "bob", "password": "wrong"}),
            ("login", (), {"username": "bob", "password": "secret"}),
            ("force_login", (ann,), {}),
            ("logout", (), {}),
            ("logout", (), {}),
        ):
            seen.append(call(name, *args, **kwargs))
            morsels = {
                name: {key: value or "" for key, value in each.items()}
                for name, each in client.cookies.items()
            }
            seen += [sorted(morsels), morsels.get("sessionid"), visitor.session()]
            seen.append(visitor.see("/who/"))
        return seen

    assert_same(awaits, story)


def word_of_the_server(site: Site) -> list[Any]:
    visitor, seen = Visit(site), []
    for remote in (None, "ann", "ann", "bob", None, "new", "cyd", "", "ann"):
        named = {"headers": {"Remote-User": remote}} if site.awaits else {"REMOTE_USER": remote}
        visitor.extra = {} if remote is None else named
        seen.append(visitor.see("/who/"))
    site.auth.get_user_model().objects.get(username="new").delete()
    return seen


REMOTE = ("RemoteUserMiddleware", "PersistentRemoteUserMiddleware")


@pytest.mark.parametrize("name", REMOTE)
def test_the_server_s_word_is_believed(name: str) -> None:
    chain = (*CHAIN, f"contrib.auth.middleware.{name}")
    assert_same(False, word_of_the_server, chain, "RemoteUserBackend")


@pytest.mark.parametrize("name", REMOTE)
def test_the_server_s_word_is_believed_by_those_who_await_it(name: str) -> None:
    """In Django ``request.auser()`` goes on saying who it was before; so ours are compared."""
    chain = (*CHAIN, f"contrib.auth.middleware.{name}")
    backends = ["enfilade.contrib.auth.backends.RemoteUserBackend"]
    told = []
    for awaits in (False, True):
        site = Site(ENFILADE, awaits)
        with site.open(chain, AUTHENTICATION_BACKENDS=backends):
            told.append(anonymous_keys(word_of_the_server(site)))
    assert told[0] == told[1]


def anonymous_keys(seen: list[Any]) -> list[Any]:
    """A user who is made anew has another key each time."""
    for each in seen:
        if b"new" in each["body"]:
            del each["session"]["_auth_user_id"]
    return seen
