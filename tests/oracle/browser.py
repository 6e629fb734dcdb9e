"""A browser before one handler: it keeps cookies and the token of the last form it was sent."""

import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync

from oracle.outcome import run

TOKEN = "the token of the last form"
"""Stands for that in a form or a header field."""

_SECRET = re.compile(rb"\b[A-Za-z0-9]{64}\b")
_EXPIRES = re.compile("expires=[^;]+")


@dataclass(frozen=True)
class Step:
    """One request."""

    method: str
    path: str
    form: Mapping[str, str]
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def get(path: str, method: str = "GET", **headers: str) -> Step:
    return Step(method, path, {}, headers)


def post(path: str, headers: Mapping[str, str] | None = None, **form: str) -> Step:
    return Step("POST", path, form, headers or {})


class Browser:
    """``see`` takes a step and tells all that it shows, without what is random."""

    def __init__(self, handler: Any, calls: list[str], *, asgi: bool) -> None:
        self.handler, self.calls, self.asgi = handler, calls, asgi
        self.cookies: dict[str, str] = {}
        self.token = ""

    def see(self, step: Step) -> dict[str, Any]:
        path, _, query = step.path.partition("?")
        answer = run(
            lambda: self.handler,
            self.calls,
            asgi=self.asgi,
            method=step.method,
            path=path,
            query=query,
            headers=self._fields(step),
            wait=_wait_in_this_thread,
            body=urlencode(self._filled(step.form)).encode(),
        )
        if found := _SECRET.search(answer.body):
            self.token = found[0].decode()
        headers = sorted(filter(None, (self._told(*field) for field in answer.headers)))
        return {
            "step": str(step),
            "status": answer.status,
            "headers": [field for field in headers if field[0].lower() != "vary"],
            "vary": [
                each
                for name, value in headers
                if name.lower() == "vary"
                for each in value.split(", ")
            ],
            "body": _SECRET.sub(b"TOKEN", answer.body),
            "calls": answer.calls,
            "keeps": sorted(self.cookies),
        }

    def _filled(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: self.token if text == TOKEN else text for name, text in values.items()}

    def _fields(self, step: Step) -> dict[str, str]:
        fields = {name.replace("_", "-"): text for name, text in self._filled(step.headers).items()}
        if step.method == "POST":
            fields["content-type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            fields["cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        return fields

    def _told(self, name: str, value: str) -> tuple[str, str] | None:
        """A field as it is compared; a cookie is kept, and told by what becomes of it. To forget
        what it does not have is nothing."""
        if name.lower() != "set-cookie":
            return name, value
        cookie, _, rest = value.strip().partition("=")
        text, _, attributes = rest.partition(";")
        before = self.cookies.pop(cookie, None)
        if "Max-Age=0" not in attributes:
            self.cookies[cookie] = text
            state = "same" if before and _unsigned(text) == _unsigned(before) else "new"
        elif before is None:
            return None
        else:
            state = "gone"
        return name, f"{cookie}: {state};{_EXPIRES.sub('expires=then', attributes)}"


def _wait_in_this_thread(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Have Django's blocking code run here, where its database is known, and not in a thread."""

    async def waiting() -> None:
        await coroutine

    async_to_sync(waiting)()


def _unsigned(text: str) -> str:
    """Without the time and the signature."""
    return text.partition(":")[0]
