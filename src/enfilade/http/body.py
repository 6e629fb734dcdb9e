"""A request's body: raw, as a stream, or as a form. Whichever is asked for first decides.

The stream can be read once. ``body`` keeps what it reads, so the form can still be made of it;
a multipart form is parsed from the stream as it comes, so afterwards there is no ``body``.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from enfilade.conf import settings
from enfilade.exceptions import (
    BadRequest,
    MultiPartParserError,
    RawPostDataException,
    RequestDataTooBig,
    TooManyFilesSent,
    UnreadablePostError,
)
from enfilade.http.query import MultiValueDict, QueryDict

if TYPE_CHECKING:
    from enfilade.http.uploads import FileUploadHandler

__all__ = ["RequestBody"]


class _FrozenHandlers(tuple["FileUploadHandler", ...]):
    """The upload handlers while and after they work: :exc:`AttributeError` on any change."""

    __slots__ = ()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AttributeError(
            "You cannot alter upload handlers after the upload has been processed."
        )

    append = extend = insert = pop = remove = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


class RequestBody:
    """The part of a request that holds its body."""

    META: dict[str, Any]
    method: str | None
    content_type: str | None
    _encoding: str | None
    _stream: Any
    _body: bytes
    _post: QueryDict
    _files: MultiValueDict

    # A request made by hand has no stream, and forms that can be filled in.
    _made_by_hand = True
    _read_started = False
    _upload_handlers: "list[FileUploadHandler] | _FrozenHandlers | None" = None

    # The stream ------------------------------------------------------------------------------

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        """Read from the body; :exc:`~enfilade.exceptions.UnreadablePostError`."""
        return self._from_stream("read", *args, **kwargs)

    def readline(self, *args: Any, **kwargs: Any) -> bytes:
        """Read a line of the body; :exc:`~enfilade.exceptions.UnreadablePostError`."""
        return self._from_stream("readline", *args, **kwargs)

    def readlines(self) -> list[bytes]:
        """The lines of the body."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _from_stream(self, method: str, *args: Any, **kwargs: Any) -> bytes:
        self._read_started = True
        try:
            data: bytes = getattr(self._stream, method)(*args, **kwargs)
        except UnreadablePostError:
            raise
        except OSError as error:
            raise UnreadablePostError(*error.args) from error
        return data

    # In memory -------------------------------------------------------------------------------

    @property
    def body(self) -> bytes:
        """The whole body.

        Raises :exc:`~enfilade.exceptions.RequestDataTooBig` above
        ``DATA_UPLOAD_MAX_MEMORY_SIZE``, and :exc:`~enfilade.exceptions.RawPostDataException`
        when the stream has been read already.
        """
        if "_body" not in self.__dict__:
            if self._read_started:
                raise RawPostDataException(
                    "You cannot access body after reading from request's data stream"
                )
            self._body = self._read_body()
            self._stream = BytesIO(self._body)
        return self._body

    def _read_body(self) -> bytes:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        with suppress(ValueError):
            self._check_size(int(self.META.get("CONTENT_LENGTH") or 0), limit)
        self._check_size(_measure(self._stream), limit)
        try:
            # One byte more than allowed tells too much from just enough.
            body = self.read() if limit is None else self.read(limit + 1)
        finally:
            self._stream.close()
        self._check_size(len(body), limit)
        return body

    @staticmethod
    def _check_size(size: int, limit: int | None) -> None:
        if limit is not None and size > limit:
            raise RequestDataTooBig("Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.")

    def _body_may_wait(self) -> bool:
        """Whether the body may have to be waited for, or its files be written."""
        if self.content_type == "multipart/form-data":
            return True
        stream = self._stream
        return not isinstance(stream, BytesIO) and getattr(stream, "_rolled", True)

    # As a form -------------------------------------------------------------------------------

    @property
    def POST(self) -> QueryDict:
        """The fields of a form sent by POST; empty for other methods and media types."""
        if "_post" not in self.__dict__:
            self._load_post_and_files()
        return self._post

    @POST.setter
    def POST(self, post: QueryDict) -> None:
        self._post = post

    @property
    def FILES(self) -> MultiValueDict:
        """The files of a multipart form sent by POST."""
        if "_files" not in self.__dict__:
            self._load_post_and_files()
        return self._files

    @FILES.setter
    def FILES(self, files: MultiValueDict) -> None:
        self._files = files

    def _mark_post_parse_error(self) -> None:
        """Leave the form empty, so that an error page that looks at it does not fail again."""
        self._post = QueryDict()
        self._files = MultiValueDict()

    def _load_post_and_files(self) -> None:
        if self._made_by_hand:
            self.__dict__.setdefault("_post", QueryDict(mutable=True))
            self.__dict__.setdefault("_files", MultiValueDict())
        elif self.method != "POST":
            self._post, self._files = QueryDict(encoding=self._encoding), MultiValueDict()
        elif self._read_started and "_body" not in self.__dict__:
            self._mark_post_parse_error()
        elif self.content_type == "multipart/form-data":
            self._load_multipart()
        elif self.content_type == "application/x-www-form-urlencoded":
            self._load_urlencoded()
        else:
            self._post, self._files = QueryDict(encoding=self._encoding), MultiValueDict()

    def _load_multipart(self) -> None:
        data = BytesIO(self._body) if "_body" in self.__dict__ else self
        try:
            self._post, self._files = self.parse_file_upload(self.META, data)
        except (MultiPartParserError, TooManyFilesSent):
            self._mark_post_parse_error()
            raise

    def _load_urlencoded(self) -> None:
        # The media type has no charset parameter: it is UTF-8 (WHATWG URL, 5.1).
        if self._encoding is not None and self._encoding.lower() != "utf-8":
            raise BadRequest(
                "HTTP requests with the 'application/x-www-form-urlencoded' content type must "
                "be UTF-8 encoded."
            )
        self._post, self._files = QueryDict(self.body, encoding="utf-8"), MultiValueDict()

    # Uploads ---------------------------------------------------------------------------------

    @property
    def upload_handlers(self) -> Any:
        """Who takes uploaded files; a list to change before the first look at the form."""
        if not self._upload_handlers:
            from enfilade.http.uploads import load_handler

            self._upload_handlers = [
                load_handler(path, self) for path in settings.FILE_UPLOAD_HANDLERS
            ]
        return self._upload_handlers

    @upload_handlers.setter
    def upload_handlers(self, handlers: "Iterable[FileUploadHandler]") -> None:
        if "_files" in self.__dict__:
            raise AttributeError(
                "You cannot set the upload handlers after the upload has been processed."
            )
        self._upload_handlers = list(handlers)

    def parse_file_upload(
        self, meta: dict[str, Any], post_data: "BinaryIO | RequestBody"
    ) -> tuple[QueryDict, MultiValueDict]:
        """``(POST, FILES)`` of a multipart form."""
        from enfilade.http.multipart import MultiPartParser

        handlers = self._upload_handlers = _FrozenHandlers(self.upload_handlers)
        return MultiPartParser(meta, post_data, handlers, self._encoding).parse()

    def close(self) -> None:
        """Close the uploaded files."""
        if "_files" in self.__dict__:
            for file in chain.from_iterable(files for _, files in self._files.lists()):
                file.close()


def _measure(stream: Any) -> int:
    """The size of a seekable stream, which is then at its beginning again; else 0.

    ``Content-Length`` may be missing (chunked) under ASGI, where the stream is a file.
    """
    seekable = getattr(stream, "seekable", None)
    if seekable is None or not seekable():
        return 0
    size: int = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size
