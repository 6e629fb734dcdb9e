"""Responses whose body is made while it is sent.

The iterator may be synchronous or asynchronous, and so may the server. Where the two differ,
each chunk crosses the bridge on its own, so the first byte leaves before the last is made.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, NoReturn

from enfilade.http.response_base import HttpResponseBase

__all__ = ["StreamingHttpResponse"]


class StreamingHttpResponse(HttpResponseBase):
    """A response with an iterator for a body, which is consumed once.

    ``is_async`` says which kind of iterator. Its ``close()``, if it has one, is called when the
    response is closed.
    """

    streaming = True
    is_async: bool
    _iterator: Any

    def __init__(
        self,
        streaming_content: Iterable[Any] | AsyncIterable[Any] = (),
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.streaming_content = streaming_content

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__} {self._description}>"

    @property
    def content(self) -> NoReturn:
        """Not there: :exc:`AttributeError`."""
        raise AttributeError(
            f"This {type(self).__name__} instance has no `content` attribute. Use "
            "`streaming_content` instead."
        )

    @property
    def text(self) -> NoReturn:
        """Not there: :exc:`AttributeError`."""
        raise AttributeError(f"This {type(self).__name__} instance has no `text` attribute.")

    @property
    def streaming_content(self) -> Any:
        """An iterator over the body's chunks as bytes; may be wrapped in another and set."""
        if self.is_async:
            return self._encoded(self._iterator)
        return map(self.make_bytes, self._iterator)

    @streaming_content.setter
    def streaming_content(self, value: Any) -> None:
        self._set_streaming_content(value)

    def _set_streaming_content(self, value: Any) -> None:
        try:
            self._iterator = iter(value)
            self.is_async = False
        except TypeError:
            self._iterator = aiter(value)
            self.is_async = True
        if hasattr(value, "close"):
            self._resource_closers.append(value.close)

    async def _encoded(self, iterator: AsyncIterator[Any]) -> AsyncIterator[bytes]:
        try:
            async for part in iterator:
                yield self.make_bytes(part)
        finally:
            # Left before its end, it would be closed only when it is garbage.
            if (aclose := getattr(iterator, "aclose", None)) is not None:
                await aclose()

    def __iter__(self) -> Iterator[bytes]:
        if not self.is_async:
            return iter(self.streaming_content)
        from enfilade.bridge import iterate_in_loop

        chunks = iterate_in_loop(self.streaming_content)
        self._resource_closers.append(chunks.close)
        return chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self.is_async:
            return aiter(self.streaming_content)
        from enfilade.bridge import iterate_in_thread

        return self._encoded(iterate_in_thread(self._iterator))

    def getvalue(self) -> bytes:
        """The rest of the body, consuming it."""
        return b"".join(self)
