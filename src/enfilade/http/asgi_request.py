"""The request made from an ASGI connection scope ("HTTP Connection Scope")."""

from typing import Any, BinaryIO

from enfilade.conf import settings
from enfilade.http.cookies import parse_cookie_field
from enfilade.http.lazy import lazy
from enfilade.http.query import QueryDict
from enfilade.http.request import HttpRequest
from enfilade.types import Scope

__all__ = ["ASGIRequest", "get_script_prefix"]


def get_script_prefix(scope: Scope) -> str:
    """The mount point: ``FORCE_SCRIPT_NAME`` if it is set to anything, else ``root_path``."""
    return settings.FORCE_SCRIPT_NAME or scope.get("root_path", "") or ""


def _environ_name(field_name: bytes) -> str | None:
    """``b"user-agent"`` -> ``"HTTP_USER_AGENT"``; ``None`` for names with an underscore.

    Those would be mistaken for the same name with a hyphen, which a proxy may have checked.
    """
    if b"_" in field_name:
        return None
    name = field_name.decode("latin-1").replace("-", "_").upper()
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


_USUAL_FIELDS = (
    b"accept,accept-encoding,accept-language,authorization,cache-control,connection,"
    b"content-length,content-type,cookie,host,if-modified-since,if-none-match,origin,pragma,"
    b"range,referer,sec-fetch-dest,sec-fetch-mode,sec-fetch-site,sec-fetch-user,te,"
    b"upgrade-insecure-requests,user-agent,x-csrftoken,x-forwarded-for,x-forwarded-host,"
    b"x-forwarded-port,x-forwarded-proto,x-real-ip,x-request-id,x-requested-with"
)
_USUAL_NAMES = {name: _environ_name(name) for name in _USUAL_FIELDS.split(b",")}


def _field_values(headers: Any) -> dict[str, str]:
    """Header fields under their ``environ`` names, repeated ones joined.

    Cookies are joined with ``"; "``: HTTP/2 clients send them apart (RFC 9113, 8.2.3).
    """
    fields: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}  # joined once, however many there are
    for field_name, value in headers:
        name = _USUAL_NAMES.get(field_name) or _environ_name(field_name)
        if name is None:
            continue
        text = value.decode("latin-1")
        if name in fields:
            repeated.setdefault(name, [fields[name]]).append(text)
        else:
            fields[name] = text
    for name, values in repeated.items():
        fields[name] = ("; " if name == "HTTP_COOKIE" else ",").join(values)
    return fields


def _path_below(mount_point: str, path: str) -> str:
    """*path* as seen from *mount_point*, which ends where a segment ends."""
    below = path.removeprefix(mount_point.rstrip("/"))
    if below == path or below.startswith("/"):
        return below
    return path if below else "/"


class ASGIRequest(HttpRequest):
    """A request that came through the ASGI door, its body received into *body_file*.

    Raises :exc:`UnicodeDecodeError` for a query string that is not UTF-8.
    """

    _made_by_hand = False

    def __init__(self, scope: Scope, body_file: BinaryIO) -> None:
        self.scope = scope
        self._stream = body_file
        self.method = scope["method"].upper()
        self.script_name = get_script_prefix(scope)
        self.path = scope["path"]
        self.path_info = _path_below(self.script_name, self.path)
        query = scope.get("query_string", b"")
        self._query_string: str = query.decode() if isinstance(query, bytes) else query

    def _get_scheme(self) -> str:
        return self.scope.get("scheme") or "http"

    def _get_raw_host(self) -> str:
        # Nearly every request is asked for its host, and few for the rest of META.
        if "META" not in self.__dict__ and not settings.USE_X_FORWARDED_HOST:
            hosts = [value for name, value in self.scope.get("headers", ()) if name == b"host"]
            if len(hosts) == 1:
                host: str = hosts[0].decode("latin-1")
                return host
        return super()._get_raw_host()

    @lazy
    def META(self) -> dict[str, Any]:  # type: ignore[override]
        """Header fields and the server's facts, under the names of ``environ``."""
        scope = self.scope
        name, port = scope.get("server") or ("unknown", 0)
        meta: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "QUERY_STRING": self._query_string,
            "SCRIPT_NAME": self.script_name,
            "PATH_INFO": self.path_info,
            "SERVER_NAME": name,
            "SERVER_PORT": str(port or 0),  # a Unix socket has none
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
        }
        if client := scope.get("client"):
            meta["REMOTE_ADDR"] = meta["REMOTE_HOST"] = client[0]
            meta["REMOTE_PORT"] = client[1]
        meta.update(_field_values(scope.get("headers", ())))
        return meta

    @lazy
    def GET(self) -> QueryDict:
        """The parameters of the query string."""
        return QueryDict(self._query_string, encoding=self._encoding)

    @lazy
    def COOKIES(self) -> dict[str, str]:
        """The cookies sent, by name."""
        return parse_cookie_field(self.META.get("HTTP_COOKIE", ""))

    def close(self) -> None:
        """Close the uploaded files and the body."""
        super().close()
        self._stream.close()
