"""Broken links: pages that are not there and that another page leads to, in the log.

What Django 5.2's ``BrokenLinkEmailsMiddleware`` mails. Whoever wants mail gives the logger
``enfilade.request.broken_links`` a ``logging.handlers.SMTPHandler``.
"""

import logging
from urllib.parse import urlsplit

from enfilade.conf import settings
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin

__all__ = ["BrokenLinksMiddleware"]

logger = logging.getLogger("enfilade.request.broken_links")


class BrokenLinksMiddleware(MiddlewareMixin):
    """Logs a warning for a 404 that a page leads to, except under ``DEBUG``.

    Each record has ``request``, ``status_code``, and ``referer``, ``internal`` (whether the link
    is the site's own), ``user_agent`` and ``address`` of the visitor.
    """

    blocking = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.append_slash = settings.APPEND_SLASH
        self.ignorable = settings.IGNORABLE_404_URLS

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Log the link, if it is one."""
        if response.status_code != 404 or settings.DEBUG:
            return response
        if referer := request.META.get("HTTP_REFERER"):
            host, path = request.get_host(), request.get_full_path()
            if not self.is_ignorable_request(request, path, host, referer):
                self._log(request, host, path, referer)
        return response

    def is_internal_request(self, domain: str, referer: str) -> bool:
        """Whether the link stands on a page of *domain*, subdomains not among them."""
        return referer.startswith((f"http://{domain}/", f"https://{domain}/"))

    def is_ignorable_request(
        self, request: HttpRequest, uri: str, domain: str, referer: str
    ) -> bool:
        """Whether it is no link that somebody has set: none at all, the redirect to a path with a
        slash, a search on another site, a page that leads to itself, as robots claim; or one that
        matches ``IGNORABLE_404_URLS``."""
        if not referer or (self.append_slash and uri.endswith("/") and referer == uri[:-1]):
            return True
        if "?" in referer and not self.is_internal_request(domain, referer):
            return True
        return _leads_to_itself(referer, domain, uri) or any(
            pattern.search(uri) for pattern in self.ignorable
        )

    def _log(self, request: HttpRequest, host: str, path: str, referer: str) -> None:
        internal = self.is_internal_request(host, referer)
        kind = "Broken internal link" if internal else "Broken link"
        logger.warning(
            f"{kind} on %s: %s leads to %s",
            *(text.encode("unicode_escape").decode("ascii") for text in (host, referer, path)),
            extra={
                "request": request,
                "status_code": 404,
                "referer": referer,
                "internal": internal,
                "user_agent": request.META.get("HTTP_USER_AGENT"),
                "address": request.META.get("REMOTE_ADDR"),
            },
        )


def _leads_to_itself(referer: str, domain: str, uri: str) -> bool:
    try:
        address = urlsplit(referer)
    except ValueError:  # the client may send anything
        return False
    return address.netloc in ("", domain) and address.path == uri
