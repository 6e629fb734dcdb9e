"""The request of an API view: Enfilade's own one, and what its body says."""

from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar

from enfilade.bridge import in_thread
from enfilade.contrib.api.negotiation import Formats
from enfilade.contrib.api.parsers import JSONParser, Parser
from enfilade.contrib.api.renderers import Renderer
from enfilade.contrib.api.strict_json import without_bom
from enfilade.contrib.api.validation import validate, validate_query
from enfilade.http import HttpRequest, MultiValueDict, QueryDict

__all__ = ["Request"]

T = TypeVar("T")
_NOT_YET: Any = object()
_set = object.__setattr__  # past the one below, which is for everybody else


class Request:
    """Wraps an :class:`~enfilade.http.HttpRequest`.

    Every attribute that is not its own is the wrapped one's, to read and to set (``user``,
    ``session``, ``headers`` …): the two share one ``__dict__``, and ``http`` is the wrapped one.
    """

    __slots__ = ("_data", "_formats", "_parser", "_renderer", "http")
    http: HttpRequest
    _formats: Formats
    _data: Any
    _parser: Parser | None
    _renderer: Renderer

    def __init__(self, http: HttpRequest, formats: Formats) -> None:
        _set(self, "http", http)
        _set(self, "_formats", formats)
        _set(self, "_data", _NOT_YET)
        _set(self, "_renderer", _NOT_YET)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        return self.http.__dict__

    def __getattr__(self, name: str) -> Any:
        if name == "http":  # it is asked for before __init__ has run, by pickle for example
            raise AttributeError(name)
        return getattr(self.http, name)

    def __copy__(self) -> "Request":
        return type(self)(copy(self.http), self._formats)

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            _set(self, name, value)
        else:
            setattr(self.http, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.http!r}>"

    # What the client has sent ------------------------------------------------------------------

    @property
    def query_params(self) -> QueryDict:
        """The parameters of the query string, also known as ``GET``."""
        return self.http.GET

    @property
    def data(self) -> Any:
        """The body, parsed by its ``Content-Type`` on first touch, whatever the method.

        Without a body, an empty dict. A media type that no parser is for is answered 415, and
        what is malformed 400.
        """
        if self._data is _NOT_YET:
            parser = self._parser = self._formats.parser_for(self.http)
            try:
                self._data = {} if parser is None else parser.parse(self.http)
            except AttributeError as error:  # __getattr__ would be asked for ``data`` instead
                raise RuntimeError(f"{type(parser).__name__} failed: {error}") from error
        return self._data

    async def adata(self) -> Any:
        """The same; a body that is on disk or may go there is read in a thread."""
        if self._data is _NOT_YET and self.http._body_may_wait():
            return await in_thread(lambda: self.data)()
        return self.data

    @property
    def FILES(self) -> MultiValueDict:
        """The files of a multipart form, by whichever method it comes."""
        if self.http.content_type == "multipart/form-data":
            _ = self.data
        return self.http.FILES

    def validated(self, model: Callable[..., T]) -> T:
        """An instance of *model* made of the body; 422 with ``errors`` if that cannot be.

        *model* is a pydantic model, a msgspec ``Struct``, or anything else that the one of the
        two that is installed understands, such as a dataclass or ``list[int]``.
        """
        data = self.data
        is_json = type(self._parser) is JSONParser
        return validate(model, data, without_bom(self.http.body) if is_json else None)

    def validated_query(self, model: Callable[..., T]) -> T:
        """The same of the query string; 400 with ``errors``."""
        return validate_query(model, self.http.GET)

    # What it wants -----------------------------------------------------------------------------

    @property
    def accepted_renderer(self) -> Renderer:
        """The renderer of the response, chosen by ``Accept``; 406 if there is none for it."""
        if self._renderer is _NOT_YET:
            self._renderer = self._formats.renderer_for(self.http)
        return self._renderer
