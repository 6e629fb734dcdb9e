"""What turns a value into the body of a response. Anything with the two members of
:class:`Renderer` will do."""

from dataclasses import fields, is_dataclass
from typing import Any, Protocol

from enfilade.http import JSONEncoder

__all__ = ["RENDERERS", "JSONRenderer", "Renderer", "is_data"]


class Renderer(Protocol):
    """``media_type`` is what is offered to clients and becomes ``Content-Type``."""

    media_type: str

    def render(self, data: Any) -> bytes | str:
        """The body."""


def is_data(value: Any) -> bool:
    """Whether a view may return *value* as it is: a dict, a list, or an object with fields."""
    return isinstance(value, (dict, list)) or _has_fields(value)


def _has_fields(value: Any) -> bool:
    kind = type(value)
    if issubclass(kind, type):
        return False
    return is_dataclass(kind) or hasattr(kind, "model_dump") or hasattr(kind, "__struct_fields__")


class _Encoder(JSONEncoder):
    """Objects with fields too, those of pydantic and msgspec in their own notation."""

    def default(self, o: Any) -> Any:
        kind = type(o)
        if hasattr(kind, "model_dump"):
            return o.model_dump(mode="json", by_alias=True)
        if hasattr(kind, "__struct_fields__"):
            import msgspec

            return msgspec.to_builtins(o, str_keys=True, enc_hook=self.default)
        if is_dataclass(kind):
            return {field.name: getattr(o, field.name) for field in fields(o)}
        return super().default(o)


# NaN would be no JSON (RFC 8259, 6).
_encode = _Encoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encode_json(data: Any) -> bytes:
    """Compact JSON. Raises :exc:`TypeError` for what has no notation, :exc:`ValueError` for NaN."""
    # Half of a surrogate pair is written as JSON would escape it: nothing else can encode it.
    return _encode(data).encode("utf-8", "backslashreplace")


class JSONRenderer:
    """Compact JSON in UTF-8, with the notations of :class:`~enfilade.http.JSONEncoder`."""

    media_type = "application/json"

    def render(self, data: Any) -> bytes:
        """The body. Raises :exc:`TypeError` for what has no notation."""
        return encode_json(data)


RENDERERS: tuple[Renderer, ...] = (JSONRenderer(),)
"""What a view offers unless it says otherwise; the first is the one for who has no wish."""
