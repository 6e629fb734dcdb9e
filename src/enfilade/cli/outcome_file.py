"""Files that commands are told to write what they find to; ``-`` is standard output."""

import errno
import os
from pathlib import Path

import click

STANDARD_OUTPUT = "-"


def check_writable(file: str) -> None:
    """Raise :exc:`click.UsageError` if *file* can certainly not be written. To be asked before
    anything is done that cannot be undone; nothing is written or made."""
    if file == STANDARD_OUTPUT:
        return
    path = Path(file)
    if path.is_dir():
        raise _refusal(file, errno.EISDIR)
    if not path.parent.is_dir():
        raise _refusal(file, errno.ENOENT)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise _refusal(file, errno.EACCES)


def write_file(file: str, text: str) -> None:
    """Write *text* to *file*. Raises :exc:`click.UsageError` if it cannot be written."""
    if file == STANDARD_OUTPUT:
        click.echo(text.encode(), nl=False)
        return
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise _refusal(file, error.errno) from None


def _refusal(file: str, number: int | None) -> click.UsageError:
    return click.UsageError(f"{file} cannot be written: {os.strerror(number or errno.EIO)}.")
