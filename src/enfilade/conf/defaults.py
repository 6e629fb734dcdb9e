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
    SECRET_NAMES: list[str] = setting(
        [], "More names of fields, parameters and variables whose values are shown nowhere."
    )
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
    MIGRATIONS: list[str] = setting(
        ["enfilade.contrib.sessions", "enfilade.contrib.auth"],
        "Packages whose folder migrations/ makes tables, of Enfilade and of the site.",
    )

    # Sessions
    SESSION_ENGINE: str = setting(
        "enfilade.contrib.sessions.backends.db",
        "The module that keeps sessions: …backends.db, cache, cached_db, file or signed_cookies.",
    )
    SESSION_SERIALIZER: str = setting(
        "enfilade.contrib.sessions.serializers.JSONSerializer", "The class that writes sessions."
    )
    SESSION_CACHE_ALIAS: str = setting("default", "The cache that keeps sessions, of CACHES.")
    SESSION_FILE_PATH: str | None = setting(
        None, "The folder that keeps sessions; the system's for temporary files by default."
    )
    SESSION_SAVE_EVERY_REQUEST: bool = setting(
        False, "Save sessions at every request, so that they end some time after the last visit."
    )
    SESSION_EXPIRE_AT_BROWSER_CLOSE: bool = setting(
        False, "Let browsers forget the session when they close."
    )
    SESSION_COOKIE_NAME: str = setting("sessionid", "Name of the session's cookie.")
    SESSION_COOKIE_AGE: int = setting(60 * 60 * 24 * 7 * 2, "How long a session lives, in seconds.")
    SESSION_COOKIE_DOMAIN: str | None = setting(None, "Domain of that cookie; its host, if None.")
    SESSION_COOKIE_PATH: str = setting("/", "Path of that cookie.")
    SESSION_COOKIE_SECURE: bool = setting(False, "Have it sent over HTTPS only.")
    SESSION_COOKIE_HTTPONLY: bool = setting(True, "Keep scripts from reading it.")
    SESSION_COOKIE_SAMESITE: str | None = setting(
        "Lax", "Whether it goes along from other sites: Strict, Lax or None."
    )

    # Static files
    STATIC_URL: str = setting(
        "static/",
        "Where static files are in URLs; without a slash or host in front, below the "
        "mount point of the site.",
    )
    STATIC_ROOT: Any = setting(
        None,
        "The folder that collectstatic fills and that is served; with None, the files are "
        "served from where the finders find them.",
    )
    STATICFILES_DIRS: list[Any] = setting(
        [], "Folders with static files: paths, or pairs of a prefix and a path."
    )
    STATICFILES_PACKAGES: list[str] = setting(
        [], "Packages whose folder static/ has such files; Enfilade's own setting."
    )
    STATICFILES_FINDERS: list[str] = setting(
        [
            "enfilade.contrib.staticfiles.finders.FileSystemFinder",
            "enfilade.contrib.staticfiles.finders.PackageFinder",
        ],
        "Who finds static files, in order.",
    )
    STATICFILES_STORAGE: str = setting(
        "enfilade.contrib.staticfiles.storage.StaticFilesStorage",
        "The class that keeps and names them; …storage.ManifestStaticFilesStorage puts a hash of "
        "the content into the name.",
    )
    STATICFILES_CODINGS: list[str] = setting(
        [],
        "Content codings in which collectstatic writes files too, where that is smaller: gzip, "
        "br, zstd; Enfilade's own setting.",
    )
    STATICFILES_MAX_AGE: int = setting(
        60,
        "How long browsers keep a static file without a hash in its name, in seconds; "
        "Enfilade's own setting.",
    )

    # Languages
    USE_I18N: bool = setting(True, "Translate; without it everybody gets the texts of the code.")
    LANGUAGE_CODE: str = setting("en-us", "The language of the site where no other is active.")
    LANGUAGES: list[Any] = setting(
        [],
        "The languages of the site, as pairs of code and name; empty means LANGUAGE_CODE and "
        "those that have a catalogue.",
    )
    LANGUAGES_BIDI: list[str] = setting(
        ["he", "ar", "ar-dz", "ckb", "fa", "ug", "ur"], "Those written from right to left."
    )
    LOCALE_PATHS: list[Any] = setting(
        [], "Folders with catalogues: <locale>/LC_MESSAGES/messages.mo; the first one wins."
    )
    LANGUAGE_COOKIE_NAME: str = setting(
        "django_language", "Name of the cookie that set_language() gives."
    )
    LANGUAGE_COOKIE_AGE: int | None = setting(
        None, "How long it lives, in seconds; None: as long as the browser is open."
    )
    LANGUAGE_COOKIE_DOMAIN: str | None = setting(None, "Domain of that cookie; its host, if None.")
    LANGUAGE_COOKIE_PATH: str = setting("/", "Path of that cookie.")
    LANGUAGE_COOKIE_SECURE: bool = setting(False, "Have it sent over HTTPS only.")
    LANGUAGE_COOKIE_HTTPONLY: bool = setting(False, "Keep scripts from reading it.")
    LANGUAGE_COOKIE_SAMESITE: str | None = setting(
        None, "Whether it goes along from other sites: Strict, Lax or None."
    )

    # Messages
    MESSAGE_STORAGE: str = setting(
        "enfilade.contrib.messages.storage.fallback.FallbackStorage",
        "The class that keeps messages until they are shown: …storage.cookie.CookieStorage, "
        "…session.SessionStorage, or this one, the session for what a cookie has no room for.",
    )
    MESSAGE_LEVEL: int = setting(20, "Messages below this level are not recorded; 20 is INFO.")
    MESSAGE_TAGS: dict[int, str] = setting({}, "Tags of levels, beside those there are.")

    # Authentication
    AUTHENTICATION_BACKENDS: list[str] = setting(
        ["enfilade.contrib.auth.backends.ModelBackend"],
        "Who is asked for users and for what they may do, in order.",
    )
    AUTH_USER_STORE: str = setting(
        "enfilade.contrib.auth.database.DatabaseUserStore",
        "The class that keeps users, made from UserStore; Enfilade's own setting, in place of "
        "AUTH_USER_MODEL.",
    )
    PASSWORD_HASHERS: list[str] = setting(
        [
            "enfilade.contrib.auth.hashers.Argon2PasswordHasher",
            "enfilade.contrib.auth.hashers.PBKDF2PasswordHasher",
            "enfilade.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
            "enfilade.contrib.auth.hashers.ScryptPasswordHasher",
        ],
        "Algorithms of passwords: the first makes new hashes, the others verify older ones.",
    )
    AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = setting(
        [],
        "What a new password must be like: NAME is the path of a class, OPTIONS are its arguments.",
    )
    PASSWORD_RESET_TIMEOUT: int = setting(
        60 * 60 * 24 * 3, "Seconds that a link for a new password is good for."
    )
    PASSWORD_RESET_DELIVERY: str = setting(
        "",
        "The function(user, link, request) that brings such a link to its user, by mail for "
        "example; Enfilade's own setting. Without it DEBUG logs the link.",
    )
    LOGIN_URL: str = setting(
        "/accounts/login/", "Where visitors sign in: a path, a URL or the name of a pattern."
    )
    LOGIN_REDIRECT_URL: str = setting(
        "/accounts/profile/", "Where they go then, unless they came from a page."
    )
    LOGOUT_REDIRECT_URL: str | None = setting(None, "Where they go after signing out.")

    # Caching
    CACHES: dict[str, dict[str, Any]] = setting(
        {"default": {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache"}},
        "The caches by alias: BACKEND, LOCATION, TIMEOUT, KEY_PREFIX, VERSION, KEY_FUNCTION, "
        "OPTIONS.",
    )
    CACHE_MIDDLEWARE_ALIAS: str = setting("default", "Which cache has the pages.")
    CACHE_MIDDLEWARE_KEY_PREFIX: str = setting(
        "", "Begins the keys of pages, where several sites share a cache."
    )
    CACHE_MIDDLEWARE_SECONDS: int = setting(
        600, "How long pages are kept, in the cache and by patch_response_headers(), in seconds."
    )

    # CommonMiddleware
    APPEND_SLASH: bool = setting(True, "Redirect /x to /x/ where only the latter exists.")
    PREPEND_WWW: bool = setting(False, "Redirect example.org to www.example.org.")
    DISALLOWED_USER_AGENTS: list[Any] = setting([], "Compiled patterns of refused User-Agents.")
    IGNORABLE_404_URLS: list[Any] = setting(
        [], "Compiled patterns of paths that BrokenLinksMiddleware says nothing of."
    )

    # CompressionMiddleware: Enfilade's own setting
    COMPRESSION_ENCODINGS: list[str] = setting(
        ["gzip"],
        "Content codings on offer, best first: 'zstd', 'br' and 'gzip'. The client weighs them; "
        "where it weighs two the same, the earlier is taken.",
    )

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

    # CorsMiddleware: the names of django-cors-headers
    CORS_ALLOWED_ORIGINS: list[str] = setting(
        [],
        "Origins whose scripts may read answers, with scheme: 'https://app.example.org', or "
        "'https://*.example.org' with subdomains.",
    )
    CORS_ALLOWED_ORIGIN_REGEXES: list[Any] = setting(
        [], "Patterns of further ones; each must match the whole origin."
    )
    CORS_ALLOW_ALL_ORIGINS: bool = setting(False, "Let scripts of any origin read answers.")
    CORS_ALLOW_CREDENTIALS: bool = setting(
        False, "Let them do so with the visitor's cookies; not together with all origins."
    )
    CORS_ALLOW_METHODS: list[str] = setting(
        ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"], "Methods that they may use."
    )
    CORS_ALLOW_HEADERS: list[str] = setting(
        [
            "accept",
            "authorization",
            "content-type",
            "user-agent",
            "x-csrftoken",
            "x-requested-with",
        ],
        "Request fields that they may set.",
    )
    CORS_EXPOSE_HEADERS: list[str] = setting([], "Response fields that they may read.")
    CORS_PREFLIGHT_MAX_AGE: int | None = setting(
        86400, "How long a browser need not ask again, in seconds; None leaves it to the browser."
    )
    CORS_ALLOW_PRIVATE_NETWORK: bool = setting(
        False, "Let sites of the open internet reach this one in a private network."
    )
    CORS_URLS_REGEX: str = setting(r"^.*$", "Paths that this is for; others say nothing of it.")

    # RequestIDMiddleware: Enfilade's own settings
    REQUEST_ID_HEADER: str = setting(
        "X-Request-ID", "The field in which the id of a request comes and goes."
    )
    REQUEST_ID_TRUSTED_PROXIES: list[str] = setting(
        [],
        "Addresses or networks of the proxies whose id is taken over; '*' is whoever connects, "
        "for a server that only a proxy can reach.",
    )

    # CsrfViewMiddleware
    CSRF_COOKIE_AGE: int | None = setting(
        60 * 60 * 24 * 7 * 52, "How long the cookie lives, in seconds; None: as long as a session."
    )
    CSRF_COOKIE_DOMAIN: str | None = setting(None, "Domain of the cookie; None is this host alone.")
    CSRF_COOKIE_HTTPONLY: bool = setting(False, "Hide the cookie from scripts.")
    CSRF_COOKIE_NAME: str = setting(
        "csrftoken", "Name of the cookie; with __Host- in front no other host can set it."
    )
    CSRF_COOKIE_PATH: str = setting("/", "Path of the cookie.")
    CSRF_COOKIE_SAMESITE: Any = setting("Lax", "SameSite of the cookie: Lax, Strict, None, False.")
    CSRF_COOKIE_SECURE: bool = setting(False, "Send the cookie over HTTPS only.")
    CSRF_FAILURE_VIEW: Any = setting(
        "enfilade.views.csrf.csrf_failure", "The view that answers what is refused."
    )
    CSRF_HEADER_NAME: str = setting(
        "HTTP_X_CSRFTOKEN", "META key of the header field in which scripts send the token."
    )
    CSRF_TRUSTED_ORIGINS: list[str] = setting(
        [], "Other origins whose requests are taken, with scheme: 'https://*.example.org'."
    )
    CSRF_USE_SESSIONS: bool = setting(False, "Keep the secret in the session, not in a cookie.")


def items() -> Iterator[tuple[str, Any, str]]:
    """``(name, default, description)`` of every setting, in order."""
    defaults = Defaults()
    for entry in fields(Defaults):
        yield entry.name, getattr(defaults, entry.name), entry.metadata["description"]
