"""How a site becomes an application: Django's two functions, and one object for a single file."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from enfilade.conf import settings
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.logs import apply_logging
from enfilade.types import Environ, StartResponse


def setup() -> None:
    """Configure logging as the settings say. Called by whatever makes an application."""
    apply_logging(settings.LOGGING_CONFIG, settings.LOGGING, settings.DEBUG)


def get_wsgi_application() -> WSGIHandler:
    """The site named by ``ENFILADE_SETTINGS_MODULE`` as a WSGI application."""
    setup()
    return WSGIHandler()


def get_asgi_application() -> ASGIHandler:
    """The site named by ``ENFILADE_SETTINGS_MODULE`` as an ASGI application."""
    setup()
    return ASGIHandler()


class Application:
    """A whole site in one object: URL patterns and settings.

    The object itself is the WSGI application, its attribute ``asgi`` the ASGI one. Upper-case
    keywords are settings, ``handler400`` to ``handler500`` the error handlers of the URLconf;
    anything else is a :exc:`TypeError`. There is one site in a process: a second
    ``Application``, or one beside a settings module, raises :exc:`RuntimeError`.
    """

    def __init__(self, urlpatterns: Sequence[Any], **values: Any) -> None:
        self.urlpatterns = urlpatterns
        for status in (400, 403, 404, 500):
            name = f"handler{status}"
            if name in values:
                setattr(self, name, values.pop(name))
        if settings.configured:
            raise RuntimeError(
                f"There is a site in this process already, with settings from {settings.source}; "
                "an Application is a whole site, and a process has one."
            )
        settings.configure(**{"ROOT_URLCONF": self, **values})
        setup()
        self.wsgi = WSGIHandler()

    @property
    def static_files(self) -> dict[str, str]:
        """Folders of files by prefix, for a server that sends files without asking the site."""
        return self.wsgi.static_files

    def __repr__(self) -> str:
        return f"<Application, {len(self.urlpatterns)} patterns>"

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self.wsgi(environ, start_response)

    @cached_property
    def asgi(self) -> ASGIHandler:
        """The site as an ASGI application."""
        return ASGIHandler()
