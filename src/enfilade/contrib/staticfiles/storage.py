"""Where collected static files are kept, and the URLs that they have there."""

import os
import posixpath
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urljoin

from enfilade.conf import settings
from enfilade.contrib.staticfiles import files
from enfilade.contrib.staticfiles.finders import searched_locations
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.contrib.staticfiles.manifest import ManifestFilesMixin
from enfilade.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from enfilade.http.iri import filepath_to_uri
from enfilade.template.static import configured_storage
from enfilade.urls import get_script_prefix
from enfilade.views.static import safe_join

__all__ = [
    "ManifestFilesMixin",
    "ManifestStaticFilesStorage",
    "StaticFilesStorage",
    "staticfiles_storage",
]


class StaticFilesStorage(Folder):
    """The folder ``STATIC_ROOT``, which ``STATIC_URL`` leads to; or others."""

    def __init__(
        self, location: str | os.PathLike[str] | None = None, base_url: str | None = None
    ) -> None:
        location = location or settings.STATIC_ROOT
        super().__init__(location or "")
        if not location:
            self.location = ""
        self._base_url: str = base_url or settings.STATIC_URL
        if not self._base_url:
            raise ImproperlyConfigured(
                "Static files have no URL: STATIC_URL is empty.", hint='Set STATIC_URL = "static/"'
            )
        if not self._base_url.endswith("/"):
            self._base_url += "/"

    @property
    def base_url(self) -> str:
        """What URLs begin with: a relative ``STATIC_URL`` stands below the site's mount point."""
        if self._base_url.startswith(("/", "http://", "https://")):
            return self._base_url
        return get_script_prefix() + self._base_url

    def url(self, name: str) -> str:
        """The URL of the file called *name*."""
        return urljoin(self.base_url, filepath_to_uri(name).lstrip("/"))

    def path(self, name: str) -> str:
        """See :meth:`Folder.path`; raises :exc:`~enfilade.exceptions.ImproperlyConfigured`
        without ``STATIC_ROOT``."""
        self._check_location()
        try:
            return super().path(name)
        except SuspiciousFileOperation:
            path = Path(os.path.normpath(os.path.join(self.location, name)))  # noqa: PTH118
            target = path.resolve()
            if path.is_relative_to(self.location) and self.allows(target, path):
                return str(target)
            raise

    def allows(self, target: Path, root: Path) -> bool:
        """Whether a link may lead to *target*: ``collectstatic --link`` makes such to sources."""
        return super().allows(target, root) or any(
            target.is_relative_to(Path(location).resolve()) for location in searched_locations()
        )

    def target(self, name: str) -> Path:
        """Where *name* is written. A link there would be replaced, but none may be on the way:
        raises :exc:`~enfilade.exceptions.SuspiciousFileOperation`."""
        self._check_location()
        folder, last = posixpath.split(name)
        if last in ("", ".", ".."):
            raise SuspiciousFileOperation(f"{name!r} is no name of a file.")
        return safe_join(self.location, folder) / last

    def save(self, name: str, content: BinaryIO) -> bool:
        """Have the file called *name* hold *content*; whether that was not so already."""
        path = self.target(name)
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stored:
                if files.same_content(stored, content):
                    return False
            content.seek(0)
        files.write(path, content)
        return True

    def delete(self, name: str) -> None:
        """Delete a file, or a link."""
        self.target(name).unlink(missing_ok=True)

    def _check_location(self) -> None:
        if not self.location:
            raise ImproperlyConfigured(
                "There is no place for static files: STATIC_ROOT is not set.",
                hint="Set it to the absolute path of a folder that has nothing else in it.",
            )


class ManifestStaticFilesStorage(ManifestFilesMixin, StaticFilesStorage):
    """The same with a hash in each name; see :class:`ManifestFilesMixin`."""


class _ConfiguredStorage:
    """Stands for the storage that ``STATICFILES_STORAGE`` names when it is asked something."""

    def __getattr__(self, name: str) -> object:
        return getattr(configured_storage(), name)

    def __repr__(self) -> str:
        return repr(configured_storage())


staticfiles_storage = cast(StaticFilesStorage, _ConfiguredStorage())
"""The storage of the site, as ``STATICFILES_STORAGE`` says it just now."""
