"""Which middleware a site uses: Enfilade's own, or classes of the site that are made from it."""

from enfilade.conf import settings
from enfilade.conf.importing import import_string

COMMON = "enfilade.middleware.common.CommonMiddleware"
CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"
SECURITY = "enfilade.middleware.security.SecurityMiddleware"
SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"

OURS = (
    COMMON,
    CSRF,
    MESSAGES,
    SECURITY,
    SESSIONS,
    "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
    "enfilade.contrib.auth.middleware.LoginRequiredMiddleware",
    "enfilade.contrib.auth.remote_user.PersistentRemoteUserMiddleware",
    "enfilade.contrib.auth.remote_user.RemoteUserMiddleware",
    "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware",
    "enfilade.middleware.broken_links.BrokenLinksMiddleware",
    "enfilade.middleware.cache.CacheMiddleware",
    "enfilade.middleware.cache.FetchFromCacheMiddleware",
    "enfilade.middleware.cache.UpdateCacheMiddleware",
    "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    "enfilade.middleware.compression.CompressionMiddleware",
    "enfilade.middleware.cors.CorsMiddleware",
    "enfilade.middleware.gzip.GZipMiddleware",
    "enfilade.middleware.http.ConditionalGetMiddleware",
    "enfilade.middleware.locale.LocaleMiddleware",
    "enfilade.middleware.request_id.RequestIDMiddleware",
)
"""Those that a site may name, found here without importing each room."""


def is_used(path: str) -> bool:
    """Whether ``MIDDLEWARE`` has the class *path*, or one of the site that is made from it."""
    return any(path in names_of(entry) for entry in settings.MIDDLEWARE)


def names_of(entry: object) -> set[str]:
    """What *entry* counts as: its own path, and those of the classes that it is made from."""
    thing = resolved(entry)
    classes = thing.__mro__ if isinstance(thing, type) else ()
    paths = {f"{each.__module__}.{each.__qualname__}" for each in classes}
    return paths | ({entry} if isinstance(entry, str) else set())


def resolved(entry: object) -> object:
    """What an entry of ``MIDDLEWARE`` stands for; ``None`` where it cannot be imported, which is
    middleware.E001."""
    try:
        return import_string(entry) if isinstance(entry, str) else entry
    except (ImportError, AttributeError, ValueError):
        return None


def short_name(entry: object) -> str:
    """What people call an entry of ``MIDDLEWARE``."""
    path = entry if isinstance(entry, str) else getattr(entry, "__qualname__", repr(entry))
    return path.rpartition(".")[2]
