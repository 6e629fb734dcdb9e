"""JSON responses, and an encoder for what JSON has no notation for."""

import datetime
import json
from collections.abc import Callable
from typing import Any

from enfilade.http.response import HttpResponse
from enfilade.lazy_text import LazyText

__all__ = ["JSONEncoder", "JsonResponse"]


class JSONEncoder(json.JSONEncoder):
    """Dates and times as in ECMA-262, durations as in ISO 8601; decimals, UUIDs and what
    ``reverse_lazy`` gives as text."""

    def default(self, o: Any) -> Any:
        """The notation of *o*; :exc:`TypeError` if there is none."""
        if isinstance(o, datetime.datetime):
            return _date_time(o)
        if isinstance(o, datetime.date):
            return o.isoformat()
        if isinstance(o, datetime.time):
            return _time(o)
        if isinstance(o, datetime.timedelta):
            return _duration(o)
        if _is_textual(o):
            return str(o)
        return super().default(o)


def _is_textual(o: Any) -> bool:
    from decimal import Decimal
    from uuid import UUID

    return isinstance(o, (Decimal, UUID, LazyText))


def _date_time(moment: datetime.datetime) -> str:
    """ECMA-262, "Date Time String Format": milliseconds, and ``Z`` for UTC."""
    text = moment.isoformat()
    if moment.microsecond:
        text = text[:23] + text[26:]
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _time(time: datetime.time) -> str:
    if time.utcoffset() is not None:
        raise ValueError("JSON can't represent timezone-aware times.")
    return time.isoformat()[:12]


def _duration(duration: datetime.timedelta) -> str:
    """``P1DT02H03M04.000005S``."""
    sign = "-" if duration < datetime.timedelta(0) else ""
    duration = abs(duration)
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{duration.microseconds:06d}" if duration.microseconds else ""
    return f"{sign}P{duration.days}DT{hours:02d}H{minutes:02d}M{seconds:02d}{fraction}S"


def _prepared(encoder: json.JSONEncoder) -> Callable[[Any], str]:
    """``encoder.encode`` without what ``json`` makes anew for every call."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # a Python without json's C half
        return encoder.encode
    pieces = make(
        markers=None,  # which look for circles
        default=encoder.default,
        encoder=json.encoder.encode_basestring_ascii,
        indent=None,
        key_separator=encoder.key_separator,
        item_separator=encoder.item_separator,
        sort_keys=encoder.sort_keys,
        skipkeys=encoder.skipkeys,
        allow_nan=encoder.allow_nan,
    )

    def encode(data: Any) -> str:
        try:
            return "".join(pieces(data, 0))
        except RecursionError:  # a circle, as a rule; json says what is wrong
            return encoder.encode(data)

    return encode


_encode = _prepared(JSONEncoder())


class JsonResponse(HttpResponse):
    """*data* as ``application/json``.

    Anything but a dict needs ``safe=False`` (:exc:`TypeError`): old browsers let other sites
    read top-level arrays. ``json_dumps_params`` are keyword arguments for ``json.dumps``.
    """

    def __init__(
        self,
        data: Any,
        encoder: type[json.JSONEncoder] = JSONEncoder,
        safe: bool = True,
        json_dumps_params: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if safe and not isinstance(data, dict):
            raise TypeError(
                "In order to allow non-dict objects to be serialized set the safe parameter "
                "to False."
            )
        if encoder is JSONEncoder and not json_dumps_params:
            text = _encode(data)
        else:
            text = json.dumps(data, cls=encoder, **(json_dumps_params or {}))
        if not kwargs:  # as a rule, and the other way costs a good deal more
            HttpResponse.__init__(self, text, "application/json")
        else:
            HttpResponse.__init__(self, text, **{"content_type": "application/json", **kwargs})
