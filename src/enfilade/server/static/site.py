"""Which files are served: those that the operator names, and those that a site has collected."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.server.mounts import Mount, parse_fallback, parse_mount
from enfilade.server.options import Options
from enfilade.server.static.files import VALIDITY, StaticFiles
from enfilade.server.static.resources import Terms
from enfilade.server.static.sendfile import Sendfile
from enfilade.types import WSGIApplication


class StaticFilesError(DeveloperError):
    """Files cannot be served as the options ask."""


def open_static_files(options: Options, application: Callable[..., Any]) -> StaticFiles | None:
    """The porter for the files of *options* and of *application*; ``None`` if there are none.

    A site tells by an attribute ``static_files``, of prefix by folder; what an option says of
    the same prefix counts more. Raises :exc:`StaticFilesError`.
    """
    mounts = {mount.prefix: mount for mount in check_mounts("--static", options.static)}
    if options.site_static:
        mounts = {mount.prefix: mount for mount in _of_site(application)} | mounts
    fallbacks = [parse_fallback(text) for text in options.static_try]
    for fallback in fallbacks:
        if not fallback.place.startswith(tuple(mounts)):
            raise StaticFilesError(
                f"--static-try {fallback.prefix}={fallback.place} leads to no folder of files.",
                hint="Its path begins as one of the prefixes of --static does.",
            )
    if not mounts:
        return None
    return StaticFiles(
        tuple(mounts.values()),
        Terms(options.static_index, options.static_max_age),
        fallbacks=fallbacks,
        whole_prefix=options.static_missing == "404",
        validity=0.0 if options.debug else VALIDITY,
    )


def with_sendfile(options: Options, application: WSGIApplication) -> WSGIApplication:
    """*application*, whose answers may name a file to send, if *options* allow any.

    Raises :exc:`StaticFilesError`.
    """
    mounts = list(check_mounts("--sendfile", options.sendfile))
    return Sendfile(application, mounts) if mounts else application


def check_mounts(flag: str, texts: Iterable[str]) -> Iterator[Mount]:
    """The mounts, whose folders are there; raises :exc:`StaticFilesError`."""
    for text in texts:
        mount = parse_mount(text)
        if not Path(mount.place).is_dir():
            raise StaticFilesError(
                f"{flag} {text}: there is no folder {Path(mount.place).absolute()}.",
                hint="A relative path begins where the server was started.",
            )
        yield Mount(mount.prefix, str(Path(mount.place).absolute()))


def _of_site(application: Any) -> Iterator[Mount]:
    for prefix, folder in dict(getattr(application, "static_files", None) or {}).items():
        yield parse_mount(f"{prefix}={folder}")
