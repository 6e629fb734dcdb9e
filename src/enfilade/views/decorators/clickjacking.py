"""Who may show a view's page in a frame, against ``XFrameOptionsMiddleware``'s answer."""

from enfilade.http import HttpResponse
from enfilade.views.decorators.mark import View, finished


def xframe_options_deny(view: View) -> View:
    """Nobody may frame the page, unless the view says otherwise itself."""
    return finished(view, lambda response: _default(response, "DENY"))


def xframe_options_sameorigin(view: View) -> View:
    """Only pages of the same site may frame the page, unless the view says otherwise itself."""
    return finished(view, lambda response: _default(response, "SAMEORIGIN"))


def xframe_options_exempt(view: View) -> View:
    """Anybody may frame the page: the middleware sends no ``X-Frame-Options``."""
    return finished(view, lambda response: setattr(response, "xframe_options_exempt", True))


def _default(response: HttpResponse, value: str) -> None:
    if response.get("X-Frame-Options") is None:
        response["X-Frame-Options"] = value
