"""The methods of HTTP as methods of a client: one place for factories and clients alike."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from enfilade.http.json import JSONEncoder
from enfilade.test.encoding import MULTIPART_CONTENT, OCTETS, encode_body

Result = TypeVar("Result")
Query = Mapping[str, Any] | None


class Verbs(Generic[Result]):
    """``get()``, ``post()`` and so on, each handing over to :meth:`generic`.

    Every one takes these *options*:

    * ``headers``: a mapping of header fields, named as on the wire;
    * ``query_params``: a mapping that becomes the query;
    * ``secure``: whether the request comes by HTTPS;
    * ``follow``: whether to follow redirects (clients only);
    * anything else: an entry of the ``environ``, like ``REMOTE_ADDR="192.0.2.1"``.

    ``follow`` and ``secure``, in this order, may also be given by their places.
    """

    json_encoder: type[Any] = JSONEncoder
    _flags: tuple[str, ...] = ("follow", "secure")

    def generic(
        self,
        method: str,
        path: str,
        data: Any = b"",
        content_type: str = OCTETS,
        **options: Any,
    ) -> Result:
        """A request with any *method*; *data* is text or bytes."""
        raise NotImplementedError

    def get(self, path: str, data: Query = None, *flags: bool, **options: Any) -> Result:
        """GET; *data* becomes the query."""
        return self.generic("GET", path, **_with_query(data, self._named(flags, options)))

    def head(self, path: str, data: Query = None, *flags: bool, **options: Any) -> Result:
        """HEAD; *data* becomes the query."""
        return self.generic("HEAD", path, **_with_query(data, self._named(flags, options)))

    def trace(self, path: str, **options: Any) -> Result:
        """TRACE, which has no body (RFC 9110, section 9.3.8)."""
        return self.generic("TRACE", path, **options)

    def post(
        self,
        path: str,
        data: Any = None,
        content_type: str = MULTIPART_CONTENT,
        *flags: bool,
        **options: Any,
    ) -> Result:
        """POST; *data* is a form, or the value of a JSON *content_type*, or the body."""
        return self._send(
            "POST", path, {} if data is None else data, content_type, **self._named(flags, options)
        )

    def put(
        self, path: str, data: Any = "", content_type: str = OCTETS, *flags: bool, **options: Any
    ) -> Result:
        """PUT; *data* is the value of a JSON *content_type*, or the body."""
        return self._send("PUT", path, data, content_type, **self._named(flags, options))

    def patch(
        self, path: str, data: Any = "", content_type: str = OCTETS, *flags: bool, **options: Any
    ) -> Result:
        """PATCH; as :meth:`put`."""
        return self._send("PATCH", path, data, content_type, **self._named(flags, options))

    def delete(
        self, path: str, data: Any = "", content_type: str = OCTETS, *flags: bool, **options: Any
    ) -> Result:
        """DELETE; as :meth:`put`."""
        return self._send("DELETE", path, data, content_type, **self._named(flags, options))

    def options(
        self, path: str, data: Any = "", content_type: str = OCTETS, *flags: bool, **options: Any
    ) -> Result:
        """OPTIONS; as :meth:`put`."""
        return self._send("OPTIONS", path, data, content_type, **self._named(flags, options))

    def _send(self, method: str, path: str, data: Any, content_type: str, **options: Any) -> Result:
        body = encode_body(data, content_type, self.json_encoder)
        return self.generic(method, path, body, content_type, **options)

    def _named(self, flags: Sequence[bool], options: dict[str, Any]) -> dict[str, Any]:
        """*options* with the *flags* that were given by their places."""
        if len(flags) > len(self._flags):
            raise TypeError(f"too many arguments; the last that has a place is {self._flags[-1]}")
        placed = dict(zip(self._flags, flags, strict=False))
        if twice := placed.keys() & options:
            raise TypeError(f"got two values for {', '.join(sorted(twice))}")
        return placed | options


def _with_query(data: Query, options: dict[str, Any]) -> dict[str, Any]:
    if not data:
        return options
    if options.get("query_params"):
        raise ValueError("query_params and data arguments are mutually exclusive.")
    return {**options, "query_params": data}
