"""``X-Frame-Options``: who may show the site's pages in a frame.

Behaviour: Django 5.2's ``django.middleware.clickjacking``.
"""

from enfilade.conf import settings
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin


class XFrameOptionsMiddleware(MiddlewareMixin):
    """Sends ``X_FRAME_OPTIONS`` unless the view sent the header itself or is marked with
    :func:`enfilade.views.decorators.clickjacking.xframe_options_exempt`."""

    blocking = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.value: str = settings.X_FRAME_OPTIONS.upper()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the field, unless the response has it or the view is exempt."""
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault(
                "X-Frame-Options", self.get_xframe_options_value(request, response)
            )
        return response

    def get_xframe_options_value(self, request: HttpRequest, response: HttpResponseBase) -> str:
        """The header's value; a subclass may let it depend on the request."""
        return self.value
