"""An access record as a JSON object in a line (RFC 8259)."""

import json
from datetime import UTC, datetime

from enfilade.server.access import AccessRecord

FIELDS = ("x-request-id", "traceparent")
"""The fields of the request that tell to which request or trace of others it belongs."""


class JSONFormat:
    """``{"time": "2026-02-01T10:00:00.000Z", "client": "127.0.0.1", "method": "GET", …}``.

    Times are in seconds. What is not there is left out. ``fields`` are those that it shows.
    """

    fields = FIELDS

    def __call__(self, record: AccessRecord) -> bytes:
        moment = datetime.fromtimestamp(record.time, UTC).isoformat(timespec="milliseconds")
        said = {
            "time": moment.replace("+00:00", "Z"),
            "client": record.peer,
            "method": record.method,
            "target": record.target,
            "protocol": record.version,
            "status": record.status,
            "bytes": record.bytes_sent,
            "duration": round(record.duration, 6),
            "first_byte": round(record.first_byte, 6),
            "queue": round(record.queued, 6),
            "referer": record.referer,
            "user_agent": record.user_agent,
            "request_id": record.fields.get("x-request-id"),
            "traceparent": record.fields.get("traceparent"),
        }
        kept = {name: value for name, value in said.items() if value not in ("", None)}
        # The encoder escapes everything beyond ASCII and all control characters but this one.
        text = json.dumps(kept, separators=(",", ":")).replace("\x7f", r"\u007f")
        return f"{text}\n".encode("ascii")
