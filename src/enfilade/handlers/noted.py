"""A chain that notes which request is on its way, for the logs of a site that asks for it."""

from typing import Any

from enfilade.logs import passing
from enfilade.logs.context import current
from enfilade.middleware.mixin import GetResponse


def noted(chain: GetResponse, is_async: bool) -> GetResponse:
    """*chain* with its requests known to :mod:`enfilade.logs` until their responses are closed."""

    def note(request: Any) -> Any:
        passage = passing(request)
        try:
            response = passage.response = chain(request)
        except BaseException:
            passage.close()
            raise
        response._resource_closers.append(passage.close)
        return response

    async def note_async(request: Any) -> Any:
        passage = passing(request)
        try:
            response = passage.response = await chain(request)
        except BaseException:
            passage.close()
            raise
        response._resource_closers.append(passage.close)
        return response

    return note_async if is_async else note


def note_response(request: Any, response: Any) -> None:
    """Let the logs know that *response* has taken the place of the one the chain gave."""
    passage = current()
    if passage is not None and passage.request is request:
        passage.response = response
