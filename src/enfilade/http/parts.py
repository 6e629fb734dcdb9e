"""The parts of a multipart form, and where their data goes: to a field, to a file, nowhere."""

import base64
import binascii
import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from enfilade.exceptions import MultiPartParserError, RequestDataTooBig
from enfilade.http.parameters import parse_header_parameters
from enfilade.http.query import MultiValueDict, QueryDict
from enfilade.http.uploads import FileUploadHandler, StopFutureHandlers

__all__ = ["IGNORED", "FieldSink", "FileSink", "MemoryBudget", "Part", "Sink"]


@dataclass(slots=True)
class Part:
    """One part's header fields: lower-case name -> (value, parameters)."""

    encoding: str
    fields: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def add(self, name: bytes, value: bytes) -> None:
        """Note a field; one whose parameters make no sense is left out."""
        text = value.decode(self.encoding, "replace")
        try:
            self.fields[name.decode("ascii").lower()] = parse_header_parameters(text)
        except ValueError:
            return

    def value(self, name: str) -> str:
        """The field's value without parameters, lower-case; ``""`` if there is none."""
        return self.fields.get(name, ("", {}))[0]

    def parameters(self, name: str) -> dict[str, str]:
        """The field's parameters."""
        return self.fields.get(name, ("", {}))[1]

    @property
    def name(self) -> str | None:
        """The form field's name (RFC 7578, 4.2)."""
        name = self.parameters("content-disposition").get("name")
        return None if name is None else name.strip()

    @property
    def file_name(self) -> str | None:
        """The file's name as the client gave it, ``None`` if this is not a file."""
        return self.parameters("content-disposition").get("filename") or None

    @property
    def is_base64(self) -> bool:
        """Whether the data is in base64, which RFC 7578 deprecates and some clients send."""
        return self.value("content-transfer-encoding") == "base64"

    @property
    def content_length(self) -> int | None:
        """What the client says about the length of the data."""
        try:
            return int(self.value("content-length"))
        except ValueError:
            return None


def sanitize_file_name(name: str) -> str | None:
    """*name* without folders and without characters that cannot be seen; ``None`` if nothing
    usable is left."""
    name = html.unescape(name).rsplit("/")[-1].rsplit("\\")[-1]
    name = "".join(character for character in name if character.isprintable())
    return None if name in {"", ".", ".."} else name


class Sink(Protocol):
    """Takes a part's data."""

    def write(self, data: bytes) -> None:
        """Some of the data."""

    def finish(self) -> None:
        """The part has ended."""


class _Ignored:
    def write(self, data: bytes) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


IGNORED: Sink = _Ignored()
"""Where the data of a part goes that nobody wants."""


class MemoryBudget:
    """How much of the form may be kept in memory, in bytes; ``None`` is no limit."""

    def __init__(self, limit: int | None) -> None:
        self._left = limit

    def spend(self, size: int) -> None:
        """Take *size* bytes; :exc:`~enfilade.exceptions.RequestDataTooBig` if it is too much."""
        if self._left is None:
            return
        self._left -= size
        if self._left < 0:
            raise RequestDataTooBig("Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.")


class FieldSink:
    """Collects the value of a form field into *post*."""

    def __init__(self, part: Part, name: str, post: QueryDict, budget: MemoryBudget) -> None:
        self._part, self._name, self._post, self._budget = part, name, post, budget
        self._data: list[bytes] = []
        # The two bytes are the "&=" that an urlencoded form would have here.
        budget.spend(len(name) + 2)

    def write(self, data: bytes) -> None:
        self._budget.spend(len(data))
        self._data.append(data)

    def finish(self) -> None:
        data = b"".join(self._data)
        if self._part.is_base64:
            try:
                data = base64.b64decode(data)
            except binascii.Error:
                pass  # a field that is not what it says is kept as it came
        self._post.appendlist(self._name, data.decode(self._part.encoding, "replace"))


class _Base64:
    """Decodes base64 that comes in pieces; only whole groups of four can be decoded."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, data: bytes) -> bytes:
        """What *data* completes; :exc:`~enfilade.exceptions.MultiPartParserError`."""
        data = self._rest + b"".join(data.split())
        whole = len(data) // 4 * 4
        self._rest = data[whole:]
        try:
            return base64.b64decode(data[:whole])
        except binascii.Error as error:
            raise MultiPartParserError("Could not decode base64 data.") from error

    def finish(self) -> None:
        """Raise :exc:`~enfilade.exceptions.MultiPartParserError` if something is missing."""
        if self._rest:
            raise MultiPartParserError("Could not decode base64 data.")


class FileSink:
    """Hands a file to the upload handlers, and what they make of it to *files*."""

    def __init__(
        self,
        part: Part,
        field_name: str,
        file_name: str,
        handlers: Sequence[FileUploadHandler],
        files: MultiValueDict,
    ) -> None:
        self._handlers, self._field_name, self._files = handlers, field_name, files
        self._received = [0] * len(handlers)
        self._base64 = _Base64() if part.is_base64 else None
        parameters = part.parameters("content-type")
        charset = parameters.get("charset")
        extra = {name: value.encode(errors="replace") for name, value in parameters.items()}
        media_type, length = part.value("content-type"), part.content_length
        for handler in handlers:
            try:
                handler.new_file(field_name, file_name, media_type, length, charset, extra)
            except StopFutureHandlers:
                break

    def write(self, data: bytes) -> None:
        if self._base64 is not None and not (data := self._base64.decode(data)):
            return
        chunk: bytes | None = data
        for index, handler in enumerate(self._handlers):
            if chunk is None:
                break
            size = len(chunk)
            chunk = handler.receive_data_chunk(chunk, self._received[index])
            self._received[index] += size

    def finish(self) -> None:
        if self._base64 is not None:
            self._base64.finish()
        for handler, size in zip(self._handlers, self._received, strict=True):
            if file := handler.file_complete(size):
                self._files.appendlist(self._field_name, file)
                break
