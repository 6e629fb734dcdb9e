"""``enfilade new NAME``: a folder with a site that runs at once.

The files stand in ``scaffold/`` as they will be written, with ``.txt`` behind their names and
``${…}`` (:class:`string.Template`) for what differs from site to site.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

import click

from enfilade.exceptions import DeveloperError

SUFFIX = ".txt"
HIDDEN = {"gitignore": ".gitignore"}
"""Packaging leaves out files that begin with a dot, so they get it when they are written."""
_NAME = re.compile(r"[a-z][a-z0-9_-]*", re.IGNORECASE)


class ScaffoldError(DeveloperError):
    """A site cannot be made by this name or in this place."""


@click.command("new")
@click.option("--single-file", is_flag=True, help="The whole site in one file, app.py.")
@click.argument("name")
def command(single_file: bool, name: str) -> None:
    """Start a new site in the folder NAME."""
    folder = Path(check_name(name))
    written = write_site(folder, "single" if single_file else "project")
    click.echo(f"Made {folder.absolute()} with {', '.join(map(str, written))}.\n")
    click.echo(f"  cd {folder}\n  enfilade dev")


def check_name(name: str) -> str:
    """Return *name* if it can be that of a site. Raises :exc:`ScaffoldError`."""
    if _NAME.fullmatch(name):
        return name
    if "/" in name or "\\" in name:
        hint = "Give a name, not a path: change to the folder where the site is to lie."
    else:
        hint = "Begin with a letter and go on with letters, digits, - and _, as in my-site."
    raise ScaffoldError(f"{name!r} is not a name for a site.", hint=hint)


def write_site(folder: Path, kind: str) -> list[PurePosixPath]:
    """Write the files of *kind* ("project" or "single") into the new *folder*.

    Returns their paths in it. Raises :exc:`ScaffoldError` if *folder* is there already or
    cannot be made.
    """
    import secrets

    values = {
        "title": re.sub("[-_]+", " ", folder.name).strip().capitalize(),
        "secret_key": secrets.token_urlsafe(48),
    }
    sources = dict(_files(files("enfilade.cli") / "scaffold" / kind))
    try:
        folder.mkdir()
        for path, source in sources.items():
            target = folder / path
            target.parent.mkdir(exist_ok=True)
            text = Template(source.read_text("utf-8")).substitute(values)
            target.write_text(text, "utf-8")
    except FileExistsError:
        raise ScaffoldError(
            f"{folder.absolute()} exists already.",
            hint="Choose another name, or remove it first: nothing is overwritten.",
        ) from None
    except OSError as error:
        raise ScaffoldError(f"Cannot write {error.filename}: {error.strerror}.") from error
    return sorted(sources)


def _files(folder: Traversable) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """The files below *folder*, by the path that they will have."""
    for entry in folder.iterdir():
        if entry.is_dir():
            for path, source in _files(entry):
                yield entry.name / path, source
        elif entry.name.endswith(SUFFIX):
            name = entry.name.removesuffix(SUFFIX)
            yield PurePosixPath(HIDDEN.get(name, name)), entry
