"""What a site has to say to a server that sends files itself: where its collected ones are."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from enfilade.conf import settings
from enfilade.middleware.factory import load

STATIC_FILES = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
"""What answers with static files in the site's own place."""


def collected_files() -> dict[str, str]:
    """The folder of ``STATIC_ROOT`` by the path of ``STATIC_URL``, which ends with a slash.

    Empty where the site answers with them by its middleware, so that what stands outside of that
    is not passed by; where they are at another host; where nothing has been collected; and while
    ``DEBUG`` is on, for then the files are served from where they lie.
    """
    url = urlsplit(settings.STATIC_URL or "")
    path = url.path.strip("/")
    root = settings.STATIC_ROOT
    if settings.DEBUG or not root or not path or url.netloc:
        return {}
    if not _has_files(root) or any(map(serves_static_files, settings.MIDDLEWARE)):
        return {}
    mount = (settings.FORCE_SCRIPT_NAME or "") if not url.path.startswith("/") else ""
    return {f"{mount.rstrip('/')}/{path}/": str(Path(root).absolute())}


def serves_static_files(entry: Any) -> bool:
    """Whether *entry* of ``MIDDLEWARE`` does, or is a class of the site that is made from one
    that does."""
    factory, _ = load(entry)
    classes: Sequence[type] = factory.__mro__ if isinstance(factory, type) else ()
    return any(f"{each.__module__}.{each.__qualname__}" == STATIC_FILES for each in classes)


def _has_files(folder: Any) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
