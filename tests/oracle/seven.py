"""The seven middleware that most sites have, and a site behind any of them on either framework.

Each middleware writes down which of its hooks is called, so that the order of calls can be
compared as well.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any

from oracle.frameworks import Framework
from oracle.seven_views import Views

SECURITY = "middleware.security.SecurityMiddleware"
SESSIONS = "contrib.sessions.middleware.SessionMiddleware"
COMMON = "middleware.common.CommonMiddleware"
CSRF = "middleware.csrf.CsrfViewMiddleware"
AUTHENTICATION = "contrib.auth.middleware.AuthenticationMiddleware"
MESSAGES = "contrib.messages.middleware.MessageMiddleware"
FRAMES = "middleware.clickjacking.XFrameOptionsMiddleware"
SEVEN = (SECURITY, SESSIONS, COMMON, CSRF, AUTHENTICATION, MESSAGES, FRAMES)
"""In the order of the file that ``django-admin startproject`` writes."""

HOOKS = ("process_request", "process_view", "process_exception", "process_response")
PAGE = (
    "{{ said }}|{% for message in messages %}{{ message.tags }}:{{ message }};{% endfor %}"
    "|{{ user.username }}|{{ csrf_token }}"
)
CACHES = {
    "enfilade": "enfilade.cache.backends.locmem.LocMemCache",
    "django": "django.core.cache.backends.locmem.LocMemCache",
}

_inside = ContextVar("inside of a hook", default=False)


def shared_hooks(path: str) -> list[str]:
    """The hooks that the middleware has on both frameworks."""
    kinds = [_load(name, path) for name in ("enfilade", "django")]
    return [hook for hook in HOOKS if all(hasattr(kind, hook) for kind in kinds)]


def _load(framework: str, path: str) -> Any:
    module, _, name = f"{framework}.{path}".rpartition(".")
    return getattr(importlib.import_module(module), name)


def noted(path: str, framework: str, calls: list[str]) -> type:
    """The middleware, writing to *calls*; a hook that calls another one is one call."""
    kind = _load(framework, path)

    def passing(name: str, twin: str) -> Callable[..., Any]:
        original = getattr(kind, twin)

        def enter() -> Any:
            if not _inside.get():
                calls.append(f"{kind.__name__}.{name}")
            return _inside.set(True)

        def hook(*args: Any) -> Any:
            before = enter()
            try:
                return original(*args)
            finally:
                _inside.reset(before)

        async def ahook(*args: Any) -> Any:
            before = enter()
            try:
                return await original(*args)
            finally:
                _inside.reset(before)

        return hook if twin == name else ahook

    hooks = {
        twin: passing(name, twin)
        for name in shared_hooks(path)
        for twin in (name, f"a{name}")
        if hasattr(kind, twin)
    }
    return type(kind.__name__, (kind,), hooks)


class Site:
    """The same site on one framework, behind *chain*, its views sync or async."""

    def __init__(self, framework: Framework, chain: tuple[str, ...], awaits: bool) -> None:
        self.framework, self.name = framework, framework.name
        self.calls: list[str] = []
        self.module = ModuleType(f"seven_of_{self.name}")
        views = Views(framework, self.calls)
        self.module.urlpatterns = views.patterns(awaits)
        vars(self.module).update(views.error_handlers(), refused=views.refused)
        self.chain = []
        for path in chain:
            kind = noted(path, self.name, self.calls)
            setattr(self.module, kind.__name__, kind)
            self.chain.append(f"{self.module.__name__}.{kind.__name__}")

    @contextmanager
    def open(self, folder: Path, engine: str = "file", **values: Any) -> Iterator["Site"]:
        """Have the site while in the context; *folder* holds its template and its sessions."""
        name = self.module.__name__
        sys.modules[name] = self.module
        (folder / "page.html").write_text(PAGE)
        kept = folder / self.name
        kept.mkdir(exist_ok=True)
        try:
            with self.framework.settings(
                MIDDLEWARE=self.chain,
                ROOT_URLCONF=name,
                CSRF_FAILURE_VIEW=f"{name}.refused",
                LOGIN_URL="/enter/",
                SESSION_ENGINE=f"{self.name}.contrib.sessions.backends.{engine}",
                SESSION_FILE_PATH=str(kept),
                CACHES={"default": {"BACKEND": CACHES[self.name], "LOCATION": name}},
                TEMPLATES=[self.templates(folder)],
                **values,
            ):
                yield self
        finally:
            del sys.modules[name]

    def templates(self, folder: Path) -> dict[str, Any]:
        processors = [
            f"{self.name}.contrib.{room}.context_processors.{name}"
            for room, name in (("auth", "auth"), ("messages", "messages"))
        ]
        engine = {"DIRS": [folder], "OPTIONS": {"context_processors": processors}}
        if self.name == "django":
            engine["BACKEND"] = "django.template.backends.django.DjangoTemplates"
        return engine

    def handler(self, asgi: bool) -> Any:
        return self.framework.ASGIHandler() if asgi else self.framework.WSGIHandler()
