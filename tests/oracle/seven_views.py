"""Views that do all that the seven middleware are for, written once for both frameworks."""

import importlib
from collections.abc import Callable
from typing import Any

from oracle.frameworks import Framework


class Views:
    """The views and the pages of errors of one framework; each view notes that it is called.

    Those that wait for something have an async form, called ``a…``.
    """

    def __init__(self, framework: Framework, calls: list[str]) -> None:
        self.framework, self.http, self.calls = framework, framework.http, calls
        self.auth = self.load("contrib.auth")
        self.messages = self.load("contrib.messages")

    def load(self, module: str) -> Any:
        return importlib.import_module(f"{self.framework.name}.{module}")

    def text(self, *said: Any, **options: Any) -> Any:
        return self.http.HttpResponse(" ".join(map(str, said)), **options)

    # The site

    def patterns(self, awaits: bool) -> list[Any]:
        path = self.framework.urls.path
        return [path(f"{name}/", self.noting(view)) for name, view in self.views(awaits).items()]

    def views(self, awaits: bool) -> dict[str, Any]:
        clickjacking = self.load("views.decorators.clickjacking")
        csrf = self.load("views.decorators.csrf")
        guards = self.load("contrib.auth.decorators")
        plain = (self.plain, self.form, self.note, self.stream, self.redirect, self.own, self.fail)
        waiting = ("session", "enter", "leave", "who", "page", "board")
        views = {view.__name__: view for view in plain}
        views |= {name: getattr(self, f"a{name}" if awaits else name) for name in waiting}
        return {
            **views,
            "framed": clickjacking.xframe_options_exempt(_function(self.plain)),
            "same": clickjacking.xframe_options_sameorigin(_function(self.plain)),
            "exempt": csrf.csrf_exempt(_function(self.plain)),
            "ensured": csrf.ensure_csrf_cookie(_function(self.plain)),
            "private": guards.login_required(_function(views["who"])),
        }

    def noting(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """*view*, written down when it is called. A wrapper would have to keep the marks."""
        original, calls = view, self.calls
        is_async = _is_coroutine_function(original)

        def noted(request: Any) -> Any:
            calls.append("view")
            return original(request)

        async def anoted(request: Any) -> Any:
            calls.append("view")
            return await original(request)

        wrapper = anoted if is_async else noted
        marks = getattr(original, "__dict__", {})
        wrapper.__dict__.update({key: marks[key] for key in marks if key != "__wrapped__"})
        return wrapper

    def error_handlers(self) -> dict[str, Any]:
        def make(status: int) -> Any:
            def handler(request: Any, exception: Any = None) -> Any:
                self.calls.append(f"handler{status}")
                return self.text("page", status, status=status)

            return handler

        return {f"handler{status}": make(status) for status in (400, 403, 404, 500)}

    def refused(self, request: Any, reason: str = "") -> Any:
        self.calls.append("refused")
        return self.text(reason, status=403)

    # Views that wait for nothing

    def plain(self, request: Any) -> Any:
        return self.text("plain")

    def form(self, request: Any) -> Any:
        """Shows a form; what comes back is said on the next page."""
        if request.method == "POST":
            self.messages.success(request, request.POST["text"])
            return self.http.HttpResponseRedirect("/page/")
        token = self.load("middleware.csrf").get_token(request)
        return self.text(token)

    def note(self, request: Any) -> Any:
        for text in request.GET.getlist("text"):
            self.messages.info(request, text, extra_tags="wide")
        return self.text("noted")

    def stream(self, request: Any) -> Any:
        return self.http.StreamingHttpResponse(iter([b"a", b"b"]))

    def redirect(self, request: Any) -> Any:
        return self.http.HttpResponsePermanentRedirect("/plain/?a=b")

    def own(self, request: Any) -> Any:
        """Says what middleware would say otherwise."""
        fields = {
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "none",
            "Content-Length": "3",
            "Vary": "Accept",
        }
        response = self.text("own", headers=fields)
        response.set_cookie("own", "1", max_age=60)
        return response

    def fail(self, request: Any) -> Any:
        """Raises, after it has left something in the session and in the messages."""
        self.messages.error(request, "it fails")
        self.load("middleware.csrf").get_token(request)
        match request.GET["as"]:
            case "missing":
                raise self.http.Http404
            case "denied":
                raise self.framework.exceptions.PermissionDenied
            case "suspicious":
                raise self.framework.exceptions.SuspiciousOperation
        raise ValueError

    # Views that may have to wait, in both forms

    def session(self, request: Any) -> Any:
        """Does to the session what the query says, step by step."""
        session = request.session
        for step, value in request.GET.items():
            match step:
                case "count":
                    session["n"] = session.get("n", 0) + 1
                case "expiry":
                    session.set_expiry(int(value))
                case "drop":
                    session.pop("n", None)
                case "flush" | "cycle_key" | "clear":
                    getattr(session, step)()
        return self.text(session.get("n"), status=int(request.GET.get("status", 200)))

    async def asession(self, request: Any) -> Any:
        session = request.session
        for step, value in request.GET.items():
            match step:
                case "count":
                    await session.aset("n", await session.aget("n", 0) + 1)
                case "expiry":
                    await session.aset_expiry(int(value))
                case "drop":
                    await session.apop("n", None)
                case "flush" | "cycle_key":
                    await getattr(session, f"a{step}")()
                case "clear":
                    session.clear()
        return self.text(await session.aget("n"), status=int(request.GET.get("status", 200)))

    def enter(self, request: Any) -> Any:
        user = self.auth.authenticate(request, **_credentials(request))
        if user is None:
            return self.text("who?", status=401)
        self.auth.login(request, user)
        return self.text("welcome", request.user.username)

    async def aenter(self, request: Any) -> Any:
        user = await self.auth.aauthenticate(request, **_credentials(request))
        if user is None:
            return self.text("who?", status=401)
        await self.auth.alogin(request, user)
        return self.text("welcome", request.user.username)

    def leave(self, request: Any) -> Any:
        self.auth.logout(request)
        return self.text("bye", request.user.username)

    async def aleave(self, request: Any) -> Any:
        await self.auth.alogout(request)
        return self.text("bye", request.user.username)

    def who(self, request: Any) -> Any:
        return self.text(request.user.username, request.user.is_authenticated)

    async def awho(self, request: Any) -> Any:
        user = await request.auser()
        return self.text(user.username, user.is_authenticated)

    def page(self, request: Any) -> Any:
        """A template with user, messages and token, rendered after all views are done."""
        return self.load("template.response").TemplateResponse(
            request, "page.html", {"said": request.GET.get("said", "")}
        )

    async def apage(self, request: Any) -> Any:
        if hasattr(request, "auser"):
            await request.auser()
        await self._await_messages(request)
        return self.page(request)

    def board(self, request: Any) -> Any:
        return self.text(*(f"{each.tags}:{each}" for each in self.messages.get_messages(request)))

    async def aboard(self, request: Any) -> Any:
        await self._await_messages(request)
        return self.board(request)

    async def _await_messages(self, request: Any) -> None:
        if (awaited := getattr(self.messages, "aget_messages", None)) is not None:
            await awaited(request)


def _credentials(request: Any) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("username", "password")}


def _function(method: Any) -> Any:
    """A method takes no marks, a function does."""

    def view(request: Any) -> Any:
        return method(request)

    async def aview(request: Any) -> Any:
        return await method(request)

    return aview if _is_coroutine_function(method) else view


def _is_coroutine_function(view: Any) -> bool:
    from inspect import iscoroutinefunction

    return iscoroutinefunction(view)
