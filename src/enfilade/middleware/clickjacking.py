"""``X-Frame-Options``: who may show the site's pages in a frame.

Behaviour: Django 5.2's ``django.middleware.clickjacking``.
"""

from enfilade.conf import settings
from enfilade.http import HttpRequest, ResponseHeaders
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin


class XFrameOptionsMiddleware(MiddlewareMixin):
    """Sends ``X_FRAME_OPTIONS`` unless the view sent the header itself or is marked with
    :func:`enfilade.views.decorators.clickjacking.xframe_options_exempt`."""

    blocking = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.value: str = settings.X_FRAME_OPTIONS.upper()
        self.headers = ResponseHeaders({"X-Frame-Options": self.value})

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the field, unless the response has it or the view is exempt."""
        if getattr(response, "xframe_options_exempt", False):
            return response
        value = self.get_xframe_options_value(request, response)
        if value == self.value:
            response.headers.setdefaults(self.headers)
        else:
            response.headers.setdefault("X-Frame-Options", value)
        return response

    def get_xframe_options_value(self, request: HttpRequest, response: HttpResponseBase) -> str:
        """The header's value; a subclass may let it depend on the request."""
        return self.value
