"""The shape of every refusal that the API makes, so that a client needs one reader for all."""

from enfilade.http import JsonResponse

PREFIX = "/api/"


def refuse(status: int, message: str, detail: str) -> JsonResponse:
    """Return *status* with ``{"status_code": …, "message": …, "data": {"message": detail}}``."""
    return JsonResponse(
        {"status_code": status, "message": message, "data": {"message": detail}},
        status=status,
        # The detail may be in any language; leave it readable on the wire.
        json_dumps_params={"ensure_ascii": False},
    )
