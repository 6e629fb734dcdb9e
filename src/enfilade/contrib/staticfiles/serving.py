"""Static files answered by the site itself, whatever server it runs on.

The middleware stands as far out as possible, inside of ``SecurityMiddleware`` only. A path that
is not below ``STATIC_URL``, or leads to no file there, goes on inward at the cost of a
comparison, in both modes and without a hop; a file is opened in a thread under ASGI. What a
request wants of it, by its conditions and ranges, is seen to by
:class:`~enfilade.http.FileResponse`.

``enfilade dev`` adds the middleware by itself to a site that names folders or packages.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.staticfiles.catalogue import Catalogue, Found, ServedFile, Variant, index_of
from enfilade.exceptions import MiddlewareNotUsed, PermissionDenied
from enfilade.http import FileResponse, HttpRequest, HttpResponseNotAllowed
from enfilade.http.content_codings import IDENTITY
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin
from enfilade.template.static import configured_storage

__all__ = ["StaticFilesMiddleware"]


class StaticFilesMiddleware(MiddlewareMixin):
    """Answers GET and HEAD below ``STATIC_URL``.

    While ``DEBUG`` is on the finders are asked; else everything is looked up when the
    application starts, in ``STATIC_ROOT``, or where the finders find it if that is not set.
    """

    blocking = False
    waits: Mapping[str, str] = MappingProxyType({"in": "a static file is opened"})
    follows: ClassVar = {
        "enfilade.middleware.security.SecurityMiddleware": (
            "Static files would be sent over HTTP too, and without its header fields."
        ),
        "enfilade.middleware.cors.CorsMiddleware": (
            "Pages of other origins could not use fonts and modules that they may have."
        ),
    }

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        # A relative STATIC_URL stands below the mount point, which is cut off path_info.
        self.relative = not settings.STATIC_URL.startswith(("/", "http://", "https://"))
        path = urlsplit(settings.STATIC_URL).path.strip("/")
        if not path:
            raise MiddlewareNotUsed("Static files have no URL of their own: STATIC_URL has no path")
        self.prefix = f"/{path}/"
        self.catalogue = self._make_catalogue()
        self._answer_in_thread = in_thread(self._answer)

    def _make_catalogue(self) -> Catalogue:
        if settings.DEBUG:
            return Found()
        return index_of(configured_storage(), settings.STATICFILES_MAX_AGE)

    def name_of(self, request: HttpRequest) -> str | None:
        """The name of the static file that *request* asks for; ``None`` for anything else."""
        path = request.path_info if self.relative else request.path
        return path[len(self.prefix) :] if path.startswith(self.prefix) else None

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """The file, if the path is that of one."""
        name = self.name_of(request)
        if name is None:
            return None
        return self._answer(request, name)

    async def aprocess_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """The same; what waits for the disk does so in a thread."""
        name = self.name_of(request)
        if name is None or not (self.catalogue.blocking or self.catalogue.get(name)):
            return None
        return await self._answer_in_thread(request, name)

    def _answer(self, request: HttpRequest, name: str) -> HttpResponseBase | None:
        file = self.catalogue.get(name)
        if file is None:
            return None
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        coding, variant = file.choose(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        return _respond(file, coding, variant) or _respond(file, IDENTITY, file.plain)


def _respond(file: ServedFile, coding: str, variant: Variant) -> HttpResponseBase | None:
    """The response, or ``None`` if the file is gone meanwhile, or something else in its place.

    Raises :exc:`~enfilade.exceptions.PermissionDenied` for one that the server may not read.
    """
    try:
        content = open(variant.path, "rb")  # noqa: SIM115, PTH123 - the response closes it
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise PermissionDenied(f"The server may not read {variant.path}.") from error
    response = FileResponse(
        content, conditional=True, content_type=file.media_type, headers=variant.fields
    )
    del response.headers["Content-Disposition"]  # the name is that of the URL
    if coding != IDENTITY:  # variants may be of one size and time
        response.headers["ETag"] = f'{response.headers["ETag"][:-1]}-{coding}"'
    return response
