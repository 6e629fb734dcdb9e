"""From "GET this path with that form" to an ``environ``: what factories and clients share."""

import json
from collections.abc import Mapping
from http.cookies import Morsel
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from enfilade.http import HttpHeaders, SimpleCookie
from enfilade.test.encoding import as_bytes, encode_query
from enfilade.test.payload import FakePayload
from enfilade.test.verbs import Verbs
from enfilade.types import Environ


class EnvironBuilder:
    """Holds what all requests of a client have in common, and builds each one's ``environ``.

    ``headers`` and ``query_params`` go into every request, *defaults* are further entries of
    every ``environ``. ``cookies`` is the jar, an ``http.cookies.SimpleCookie``.
    """

    def __init__(
        self,
        *,
        json_encoder: type[json.JSONEncoder] = Verbs.json_encoder,
        headers: Mapping[str, Any] | None = None,
        query_params: Mapping[str, Any] | None = None,
        **defaults: Any,
    ) -> None:
        self.json_encoder = json_encoder
        self.defaults = defaults | HttpHeaders.to_wsgi_names(headers or {})
        if query_params:
            self.defaults["QUERY_STRING"] = encode_query(query_params)
        self.cookies = SimpleCookie()
        self.errors = BytesIO()

    def build_environ(self, **entries: Any) -> Environ:
        """A complete ``environ`` (PEP 3333) around *entries*."""
        environ: Environ = {
            "PATH_INFO": "/",
            "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": FakePayload(),
            "wsgi.errors": self.errors,
            "wsgi.multiprocess": True,
            "wsgi.multithread": False,
            "wsgi.run_once": False,
        }
        if cookie := "; ".join(sorted(_cookie_pair(each) for each in self._live_cookies())):
            environ["HTTP_COOKIE"] = cookie
        return environ | self.defaults | entries

    def _live_cookies(self) -> list["Morsel[str]"]:
        return [morsel for morsel in self.cookies.values() if str(morsel["max-age"]) != "0"]

    def entries(
        self, method: str, path: str, data: Any, content_type: str, options: dict[str, Any]
    ) -> Environ:
        """What one request adds to the common ``environ``; see :class:`Verbs` for *options*."""
        extra = dict(options)
        headers = extra.pop("headers", None)
        query_params = extra.pop("query_params", None)
        path, query = _split(str(path))
        made: Environ = {
            "PATH_INFO": unquote_to_bytes(path).decode("iso-8859-1"),
            "REQUEST_METHOD": method,
            **_address(extra.pop("secure", False)),
            **_body(data, content_type),
            **extra,
            **HttpHeaders.to_wsgi_names(headers or {}),
        }
        if query_params:
            made["QUERY_STRING"] = encode_query(query_params)
        elif not made.get("QUERY_STRING") and (query or not self.defaults.get("QUERY_STRING")):
            made["QUERY_STRING"] = query.encode().decode("iso-8859-1")
        return made


def _cookie_pair(morsel: "Morsel[str]") -> str:
    return f"{morsel.key}={morsel.coded_value}"


def _split(path: str) -> tuple[str, str]:
    """Path and query of *path*, or of a whole address. "//x" is a path here, not a host."""
    if path.startswith("/"):
        path, _, query = path.partition("#")[0].partition("?")
        return path, query
    parts = urlsplit(path)
    return parts.path, parts.query


def _address(secure: bool) -> Environ:
    scheme, port = ("https", "443") if secure else ("http", "80")
    return {"SERVER_PORT": port, "wsgi.url_scheme": scheme}


def _body(data: Any, content_type: str) -> Environ:
    content = as_bytes(data)
    if not content:
        return {}
    return {
        "CONTENT_LENGTH": str(len(content)),
        "CONTENT_TYPE": content_type,
        "wsgi.input": FakePayload(content),
    }
