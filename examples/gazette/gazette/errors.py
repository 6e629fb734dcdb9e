"""What a reader gets when there is nothing at an address: templates/404.html, as ever.

A program that asked below /api/ gets JSON of the same status instead. (The page for the paper's
own mistakes needs no handler: the framework renders templates/500.html.)
"""

from enfilade.http import HttpRequest, HttpResponse
from enfilade.views.defaults import page_not_found
from gazette.api.envelope import PREFIX, refuse


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: no such page, or no such article."""
    if request.path_info.startswith(PREFIX):
        return refuse(404, "Not Found", "There is nothing at this address.")
    return page_not_found(request, exception)
