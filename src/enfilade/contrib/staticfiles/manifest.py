"""A storage that keeps a second copy of each file, with a hash of the content in its name.

Such a copy never changes, so browsers and caches may keep it for ever. The manifest, a JSON file
in the storage, tells the one name from the other.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, unquote

from enfilade.conf import settings
from enfilade.contrib.staticfiles.errors import (
    MissingFileError,
    PostProcessingError,
    StaticFilesError,
)
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.contrib.staticfiles.hashing import FinalNames, insert_hash, split_suffix
from enfilade.contrib.staticfiles.references import MODULE, SCRIPT, STYLESHEET, Pattern

if TYPE_CHECKING:
    from enfilade.contrib.staticfiles.storage import StaticFilesStorage as _Base
else:
    _Base = object

__all__ = ["ManifestFilesMixin", "PostProcessed"]

PostProcessed = tuple[str, str | None, bool | Exception]
"""The name of a file, its final name, and whether that was written; or what went wrong."""

_BLOCK = 256 * 1024
_VERSIONS = ("1.0", "1.1")
_SAFE = "/:=&~!*()'$,;@+?#%"
"""What a query and a fragment may be made of, those that are encoded already among them."""


class ManifestFilesMixin(_Base):
    """What a storage needs to hash names; it stands before the storage among the bases.

    ``manifest_strict`` has a name that the manifest lacks be an error; without it the hash is
    made of the file in the storage. ``support_js_module_import_aggregation`` has the imports of
    JavaScript modules written anew too.
    """

    manifest_version = "1.1"
    manifest_name = "staticfiles.json"
    manifest_strict = True
    support_js_module_import_aggregation = False

    def __init__(self, *args: Any, manifest_storage: "_Base | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest_storage = self if manifest_storage is None else manifest_storage
        self.hashed_files, self.manifest_hash = self.load_manifest()

    # Names -------------------------------------------------------------------------------------

    def file_hash(self, name: str | None, content: BinaryIO | None = None) -> str | None:
        """What makes the name of *content* its own: 12 digits of MD5; ``None`` leaves the name."""
        if content is None:
            return None
        digest = hashlib.md5(usedforsecurity=False)
        while block := content.read(_BLOCK):
            digest.update(block)
        return digest.hexdigest()[:12]

    def hashed_name(self, name: str, content: BinaryIO | None = None) -> str:
        """*name* with a hash of *content*, or of the file in the storage.

        Raises :exc:`MissingFileError` if that is not there.
        """
        if content is not None:
            return insert_hash(name, self.file_hash(name, content))
        if not self.exists(name):
            raise MissingFileError(
                f"There is no static file {name!r} in {self!r}.", hint="Run: enfilade collectstatic"
            )
        try:
            with self.open(name) as stored:
                return insert_hash(name, self.file_hash(name, stored))
        except IsADirectoryError:
            return name

    def stored_name(self, name: str) -> str:
        """The name with a hash, as the manifest has it; a query and a fragment stay.

        Raises :exc:`MissingFileError` if it has none and ``manifest_strict`` is set.
        """
        path, suffix = split_suffix(name)
        known = self.hashed_files.get(path) or self.hashed_files.get(unquote(path).strip())
        if known is None:
            if self.manifest_strict:
                raise MissingFileError(
                    f"Missing staticfiles manifest entry for '{path}'",
                    hint="Correct the name, or run: enfilade collectstatic"
                    if self.hashed_files
                    else f"There is no manifest in {self.manifest_storage!r}; make it with: "
                    "enfilade collectstatic",
                )
            known = self.hashed_name(path)
        return known + suffix

    def url(self, name: str, force: bool = False) -> str:
        """The URL of the file, with the hash; without it while ``DEBUG`` is on, but *force*."""
        path, suffix = split_suffix(name)
        if not path.endswith("/") and (force or not settings.DEBUG):
            path = self.stored_name(path)
        return super().url(path) + quote(suffix, safe=_SAFE)

    # collectstatic -----------------------------------------------------------------------------

    def patterns_for(self, name: str) -> Sequence[Pattern]:
        """What to look for in the file called *name*; nothing in most."""
        if fnmatchcase(name, "*.css"):
            return STYLESHEET
        if fnmatchcase(name, "*.js"):
            return (*SCRIPT, *MODULE) if self.support_js_module_import_aggregation else SCRIPT
        return ()

    def post_process(
        self, paths: Mapping[str, tuple[Folder, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[PostProcessed]:
        """Write a copy of each of *paths* under its final name, and then the manifest.

        What goes wrong is yielded, and there is no new manifest then. A *dry_run* writes nothing.
        """
        names = FinalNames(self, paths)
        told: list[PostProcessingError] = []
        for name in paths:
            try:
                final = names.name_of(name)
            except PostProcessingError as error:
                if error not in told:
                    told.append(error)
                    yield name, None, error
                continue
            with names.open(name) as content:
                yield name, final, not dry_run and self.save(final, content)
        if not told and not dry_run:
            self.hashed_files = names.known
            self.save_manifest()

    # The manifest ------------------------------------------------------------------------------

    def read_manifest(self) -> str | None:
        """Its text; ``None`` if there is none."""
        if not self.manifest_storage.location:
            return None  # of a site that collects nothing, such as one in development
        try:
            with self.manifest_storage.open(self.manifest_name) as manifest:
                return manifest.read().decode()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def load_manifest(self) -> tuple[dict[str, str], str]:
        """The final names by name, and their hash. Raises :exc:`StaticFilesError` for what is no
        manifest of a version that is known."""
        text = self.read_manifest()
        if text is None:
            return {}, ""
        try:
            stored = json.loads(text)
            if stored["version"] in _VERSIONS:
                return dict(stored["paths"]), stored.get("hash", "")
        except (ValueError, KeyError, TypeError):
            pass
        raise StaticFilesError(
            f"Couldn't load manifest '{self.manifest_name}' (version {self.manifest_version}) from "
            f"{self.manifest_storage!r}",
            hint="Delete the file and run: enfilade collectstatic",
        )

    def save_manifest(self) -> None:
        """Write it, in place of the one before."""
        pairs = sorted(self.hashed_files.items())
        self.manifest_hash = self.file_hash(None, io.BytesIO(json.dumps(pairs).encode())) or ""
        payload = {
            "paths": dict(pairs),
            "version": self.manifest_version,
            "hash": self.manifest_hash,
        }
        self.manifest_storage.save(self.manifest_name, io.BytesIO(json.dumps(payload).encode()))
