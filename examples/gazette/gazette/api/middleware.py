"""A middleware that turns the API's unforeseen errors into JSON.

Lifecycle step 11, outward: ``process_exception`` runs when a view raises.
"""

import logging

from enfilade.conf import settings
from enfilade.exceptions import AnswerableError
from enfilade.http import HttpRequest, HttpResponse
from enfilade.middleware.mixin import MiddlewareMixin
from gazette.api.envelope import PREFIX, refuse

APOLOGY = "Something has gone wrong behind this door — please tell the editor."

logger = logging.getLogger(__name__)


class ErrorHandlerMiddleware(MiddlewareMixin):
    """Answer 500 in JSON for an exception in a view below /api/, and log the traceback.

    While developing (``DEBUG``) it stands aside, so that the page with the traceback shows.
    """

    # The hook waits for nothing, so it may run on the event loop of an asynchronous server.
    blocking = False

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the JSON answer, or None to leave the exception to the next in line."""
        if settings.DEBUG or not request.path_info.startswith(PREFIX):
            return None
        if isinstance(exception, AnswerableError) and exception.status < 500:
            return None  # a 404 is an answer, not an error
        logger.exception("The API has failed at %s", request.path, exc_info=exception)
        return refuse(500, "Internal Server Error", APOLOGY)
