"""The log line of a response that tells of trouble; one at the most for each response."""

import logging
from typing import TYPE_CHECKING

from enfilade.secrecy import hide_text

if TYPE_CHECKING:
    from enfilade.http.request import HttpRequest
    from enfilade.http.response import HttpResponseBase

request_logger = logging.getLogger("enfilade.request")


def log_response(
    message: str,
    *args: object,
    response: "HttpResponseBase",
    request: "HttpRequest | None" = None,
    logger: logging.Logger = request_logger,
    exception: BaseException | None = None,
) -> None:
    """Log *message* unless *response* has been logged; the level follows its status.

    A ``SuspiciousOperation`` logger (``enfilade.security.*``) logs at ERROR, but for
    ``enfilade.security.csrf``: an honest visitor may have left a form open for long. Text
    arguments are escaped, so that a path cannot forge a log line, and lose their secrets.
    """
    if response._has_been_logged:
        return
    name = logger.name
    security = name.startswith("enfilade.security") and name != "enfilade.security.csrf"
    if security or response.status_code >= 500:
        level = logging.ERROR
    elif response.status_code >= 400:
        level = logging.WARNING
    else:
        level = logging.INFO
    escaped = (
        hide_text(arg).encode("unicode_escape").decode("ascii") if isinstance(arg, str) else arg
        for arg in args
    )
    extra = {"status_code": response.status_code, "request": request}
    logger.log(level, message, *escaped, exc_info=exception, extra=extra)
    response._has_been_logged = True
