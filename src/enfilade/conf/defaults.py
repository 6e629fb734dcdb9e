"""Every setting, its default and what it is for: the one source of the reference page.

A site's settings module overrides these by name. The names and defaults are Django 5.2's;
where Enfilade adds a setting, its text says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any


def setting(default: Any, description: str) -> Any:
    """A dataclass field that carries its own documentation."""
    metadata = {"description": description}
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The settings in groups, in the order of the walk."""

    # The site
    DEBUG: bool = setting(False, "Show pages that explain errors. Never in production.")
    DEBUG_PROPAGATE_EXCEPTIONS: bool = setting(
        False, "Let exceptions of the site through to the server instead of answering 500."
    )
    SECRET_KEY: str = setting("", "Signs cookies and tokens; an error when read while empty.")
    SECRET_KEY_FALLBACKS: list[str] = setting([], "Earlier keys that still verify signatures.")
    SIGNING_BACKEND: str = setting(
        "enfilade.signing.TimestampSigner", "The class that signs cookies."
    )
    SIGNED_COOKIE_LEGACY_SALT_FALLBACK: bool = setting(
        False, "Accept cookies signed with the salt of Django before 5.2.15."
    )
    ROOT_URLCONF: Any = setting(None, "The module (or object) whose urlpatterns are the site.")
    MIDDLEWARE: list[Any] = setting(
        [], "Import paths (or factories) of the chain, outermost first."
    )
    TEMPLATES: list[dict[str, Any]] = setting(
        [], "Template engines; empty means Jinja2 with ./templates."
    )
    LOGGING: dict[str, Any] = setting(
        {}, "What LOGGING_CONFIG is called with; empty means a line on standard error per warning."
    )
    LOGGING_CONFIG: Any = setting(
        "logging.config.dictConfig", "What configures logging; None leaves it alone."
    )

    # The request's address
    ALLOWED_HOSTS: list[str] = setting(
        [],
        "Host names this site answers to; '.x' with subdomains. CommonMiddleware holds every "
        "request to it, else only what calls get_host().",
    )
    FORCE_SCRIPT_NAME: str | None = setting(None, "Mount point, overriding what the server says.")
    USE_X_FORWARDED_HOST: bool = setting(False, "Prefer X-Forwarded-Host to Host.")
    USE_X_FORWARDED_PORT: bool = setting(False, "Prefer X-Forwarded-Port to SERVER_PORT.")
    SECURE_PROXY_SSL_HEADER: tuple[str, str] | None = setting(
        None, "(META key, value) by which a trusted proxy says that the client used HTTPS."
    )

    # The request's body
    DEFAULT_CHARSET: str = setting("utf-8", "Encoding of texts sent and received.")
    DATA_UPLOAD_MAX_MEMORY_SIZE: int | None = setting(2621440, "Largest body, files not counted.")
    ASGI_BODY_MAX_SIZE: int | None = setting(
        1024 * 1024 * 1024, "Largest body taken from an ASGI server; Enfilade's own setting."
    )
    DATA_UPLOAD_MAX_NUMBER_FIELDS: int | None = setting(1000, "Most GET or POST parameters.")
    DATA_UPLOAD_MAX_NUMBER_FILES: int | None = setting(100, "Most files in a multipart body.")
    FILE_UPLOAD_HANDLERS: list[str] = setting(
        [
            "enfilade.http.uploads.MemoryFileUploadHandler",
            "enfilade.http.uploads.TemporaryFileUploadHandler",
        ],
        "Who takes uploaded files, in order.",
    )
    FILE_UPLOAD_MAX_MEMORY_SIZE: int = setting(2621440, "Larger uploads go to a temporary file.")
    FILE_UPLOAD_TEMP_DIR: str | None = setting(None, "Where temporary uploads live.")

    # The database
    DATABASE_URL: str = setting(
        "sqlite:///site.sqlite3",
        "Address of the database of sessions, users and what the site adds; "
        "postgresql://USER@HOST/NAME for many machines.",
    )
    DATABASE_OPTIONS: dict[str, Any] = setting(
        {}, "Further arguments of SQLAlchemy's create_engine."
    )

    # Caching
    CACHE_MIDDLEWARE_SECONDS: int = setting(
        600, "How long patch_response_headers() lets a response be kept, in seconds."
    )

    # CommonMiddleware
    APPEND_SLASH: bool = setting(True, "Redirect /x to /x/ where only the latter exists.")
    PREPEND_WWW: bool = setting(False, "Redirect example.org to www.example.org.")
    DISALLOWED_USER_AGENTS: list[Any] = setting([], "Compiled patterns of refused User-Agents.")

    # SecurityMiddleware and XFrameOptionsMiddleware
    SECURE_CONTENT_TYPE_NOSNIFF: bool = setting(True, "Send X-Content-Type-Options: nosniff.")
    SECURE_CROSS_ORIGIN_OPENER_POLICY: str | None = setting("same-origin", "Value of that header.")
    SECURE_REFERRER_POLICY: Any = setting("same-origin", "Value of Referrer-Policy, str or list.")
    SECURE_HSTS_SECONDS: int = setting(0, "max-age of Strict-Transport-Security; 0 sends none.")
    SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = setting(False, "Adds includeSubDomains.")
    SECURE_HSTS_PRELOAD: bool = setting(False, "Adds preload.")
    SECURE_SSL_REDIRECT: bool = setting(False, "Redirect HTTP to HTTPS.")
    SECURE_SSL_HOST: str | None = setting(None, "Host of that redirect, if not the request's.")
    SECURE_REDIRECT_EXEMPT: list[str] = setting([], "Patterns of paths left on HTTP.")
    X_FRAME_OPTIONS: str = setting("DENY", "Value of X-Frame-Options.")


def items() -> Iterator[tuple[str, Any, str]]:
    """``(name, default, description)`` of every setting, in order."""
    defaults = Defaults()
    for entry in fields(Defaults):
        yield entry.name, getattr(defaults, entry.name), entry.metadata["description"]
