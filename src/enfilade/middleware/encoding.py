"""Responses in a content coding: what the two middlewares that compress have in common."""

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Any, ClassVar

from enfilade.bridge import in_thread
from enfilade.http import HttpRequest
from enfilade.http.caching import patch_vary_headers
from enfilade.http.content_codings import IDENTITY, Choice, choose_coding
from enfilade.http.etags import parse_etags
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.codings import MakeWriter, Writer
from enfilade.middleware.mixin import MiddlewareMixin

__all__ = ["EncodingMiddleware"]

INLINE = 32 * 1024
"""Most bytes that are compressed on the event loop, in about a millisecond. More than that would
keep other requests waiting for longer than a hop to a thread takes."""

FILE_BLOCK = 64 * 1024
"""Bytes that are read of a file at a time."""

# Without content (RFC 9110, 15.3.5 and 15.4.5), or with a part of it (15.3.7), which would be no
# part any more.
_NEVER = frozenset({204, 206, 304})


class EncodingMiddleware(MiddlewareMixin):
    """Sends what is worth it in the one of ``writers`` (best first) that the client weighs most.

    A stream is flushed after each chunk, so that none is held back; a file is not.
    """

    blocking = False
    follows: ClassVar[Mapping[str, str]] = {
        "enfilade.middleware.cache.UpdateCacheMiddleware": (
            "Pages would be kept as they are, and compressed anew for every visitor."
        ),
    }

    max_random_bytes = 100
    """Fewer bytes than this, at random, make the length of a page uncertain; 0 for none."""

    minimum_length = 200
    """In bytes; a shorter body is not worth it."""

    writers: Mapping[str, MakeWriter] = {}

    def may_be_encoded(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Whether *response* may be compressed at all."""
        return response.status_code not in _NEVER and "Content-Encoding" not in response.headers

    def is_worthwhile(self, response: HttpResponseBase) -> bool:
        """Whether *response* is to be compressed for a client that can do without."""
        return response.streaming or len(_content(response)) >= self.minimum_length

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response, if both sides like it."""
        choice = self._choose(request, response)
        if choice is None:
            return response
        if response.streaming:
            return _stream(response, self._writer(choice), choice)
        return _shorten(response, _compress(self._writer(choice), _content(response)), choice)

    async def aprocess_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The same; a large body is compressed in a thread."""
        choice = self._choose(request, response)
        if choice is None:
            return response
        writer = self._writer(choice)
        if response.streaming:
            return _stream(response, writer, choice)
        content = _content(response)
        if len(content) <= INLINE:
            return _shorten(response, _compress(writer, content), choice)
        return _shorten(response, await in_thread(_compress)(writer, content), choice)

    def _choose(self, request: HttpRequest, response: HttpResponseBase) -> Choice | None:
        """The coding to use, if any; says in ``Vary`` where that has depended on the client."""
        if response.status_code == 304:
            _name_the_copy(request, response)
        if not self.may_be_encoded(request, response):
            return None
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        choice = choose_coding(accepted, tuple(self.writers))
        if not (choice.needed or self.is_worthwhile(response)):
            return None
        patch_vary_headers(response, ("Accept-Encoding",))
        if choice.coding == IDENTITY or _may_become_a_part(request, response):
            return None
        return choice

    def _writer(self, choice: Choice) -> Writer:
        limit = self.max_random_bytes
        return self.writers[choice.coding](secrets.randbelow(limit) if limit else 0)


def _content(response: Any) -> bytes:
    return response.content  # type: ignore[no-any-return]


def _may_become_a_part(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the handler may send a range of it: positions are those of the bytes as they are."""
    return response.conditional and "HTTP_RANGE" in request.META


def _name_the_copy(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give a 304 the weak tag of the client's copy if that was compressed: by a strong one, a
    cache would not find the copy that it is about (RFC 9111, 4.3.4)."""
    etag = response.headers.get("ETag") or ""
    if etag.startswith('"'):
        seen = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
        if f"W/{etag}" in seen and etag not in seen:
            response.headers["ETag"] = f"W/{etag}"
            patch_vary_headers(response, ("Accept-Encoding",))


def _compress(writer: Writer, content: bytes) -> bytes:
    return writer.write(content) + writer.finish()


def _shorten(response: Any, encoded: bytes, choice: Choice) -> HttpResponseBase:
    """*response* with *encoded* for a body; with the one it has, if that is not longer."""
    if choice.needed or len(encoded) < len(response.content):
        response.content = encoded
        response.headers["Content-Length"] = str(len(encoded))
        _declare(response, choice)
    return response  # type: ignore[no-any-return]


def _stream(response: Any, writer: Writer, choice: Choice) -> HttpResponseBase:
    live = response.file_to_stream is None
    if not live:
        response.block_size = FILE_BLOCK
    write = _write_and_flush if live else Writer.write
    encode = _encode_awaited if response.is_async else _encode
    response.streaming_content = encode(response.streaming_content, writer, write)
    del response.headers["Content-Length"]
    _declare(response, choice)
    return response  # type: ignore[no-any-return]


def _declare(response: HttpResponseBase, choice: Choice) -> None:
    etag = response.headers.get("ETag")
    if etag and etag.startswith('"'):  # no longer the same bytes (RFC 9110, 8.8.3.3)
        response.headers["ETag"] = f"W/{etag}"
    response.headers["Content-Encoding"] = choice.coding


def _write_and_flush(writer: Writer, chunk: bytes) -> bytes:
    return writer.write(chunk) + writer.flush() if chunk else b""


def _encode(chunks: Iterator[bytes], writer: Writer, write: Any) -> Iterator[bytes]:
    for chunk in chunks:
        if data := write(writer, chunk):
            yield data
    yield writer.finish()


async def _encode_awaited(chunks: Any, writer: Writer, write: Any) -> AsyncIterator[bytes]:
    write_in_thread = in_thread(write)
    async with aclosing(chunks):
        async for chunk in chunks:
            large = len(chunk) > INLINE
            if data := await write_in_thread(writer, chunk) if large else write(writer, chunk):
                yield data
    yield writer.finish()
