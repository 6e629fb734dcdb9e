"""Which files the server sends by itself, or for the application."""

from dataclasses import dataclass

from enfilade.server.mounts import parse_fallback, parse_mount
from enfilade.server.option_groups.option import option


@dataclass(frozen=True, kw_only=True)
class StaticFiles:
    """The group Static files."""

    __slots__ = ()

    static: tuple[str, ...] = option(
        (),
        "serve the files of a folder below a prefix, as in /static=public; may be repeated",
        metavar="PREFIX=DIR",
        group="Static files",
        check=parse_mount,
    )
    site_static: bool = option(
        True, "serve what an Enfilade site has collected in STATIC_ROOT", group="Static files"
    )
    static_index: str = option(
        "index.html",
        "file to send for a path that ends with a slash; empty: none",
        metavar="NAME",
        group="Static files",
    )
    static_try: tuple[str, ...] = option(
        (),
        "a path below the prefix that leads to no file gets the one of another path, as in"
        " /app=/app/index.html; may be repeated",
        metavar="PREFIX=PATH",
        group="Static files",
        check=parse_fallback,
    )
    static_missing: str = option(
        "application",
        "who answers a path below a prefix that leads to no file: the application, or 404",
        choices=("application", "404"),
        group="Static files",
    )
    static_max_age: int = option(
        60,
        "browsers keep a file this long whose name has no hash",
        unit="seconds",
        group="Static files",
    )
    sendfile: tuple[str, ...] = option(
        (),
        "the application may have files of a folder sent by X-Accel-Redirect or X-Sendfile, as in"
        " /protected=/srv/files; may be repeated",
        metavar="PREFIX=DIR",
        group="Static files",
        check=parse_mount,
    )
