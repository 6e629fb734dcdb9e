"""An application that cannot be started: what its developer has to read of the reason."""

import traceback
from pathlib import Path
from types import TracebackType
from typing import TypeGuard

from enfilade.exceptions import DeveloperError
from enfilade.secrecy import format_exception
from enfilade.server.loading.elsewhere import hint_elsewhere

_OWN = str(Path(__file__).parents[1])  # enfilade/server
_ASKED_FOR = (_OWN, str(Path(_OWN).parent / "trace" / "opentelemetry"))


def describe_failure(error: BaseException) -> str:
    """What the developer has to read: a mistake in the options is told in a sentence, anything
    else by its traceback from the application's first line on."""
    if is_mistake(error):
        return f"{error}\nHint: {error.hint}" if error.hint else str(error)
    text = format_exception(error, _skip_loader(error.__traceback__))
    hint = hint_elsewhere(error)
    return text.rstrip() + (f"\n\nHint: {hint}" if hint else "")


def place_of_failure(error: BaseException) -> tuple[str, int] | None:
    """The file and line of the site that are the last that Python came to, if it came there."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next(
        (
            (frame.filename, frame.lineno)
            for frame in reversed(frames)
            if frame.lineno and _is_of_site(frame.filename)
        ),
        None,
    )


def is_mistake(error: BaseException) -> TypeGuard[DeveloperError]:
    """Whether the server itself complains, of what it was asked for; else the application does."""
    return isinstance(error, DeveloperError) and is_raised_in(_ASKED_FOR, error)


def is_raised_in(folders: str | tuple[str, ...], error: BaseException) -> bool:
    """Whether code in one of *folders* has raised *error* itself, and not what it called."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.startswith(folders)


def _skip_loader(trace: TracebackType | None) -> TracebackType | None:
    """Leave out how we and ``importlib`` came to the application's code."""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not (file.startswith((_OWN, "<frozen importlib")) or _is_importlib(file)):
            return trace
        trace = trace.tb_next
    return None  # a SyntaxError: its message says where it is


def _is_importlib(file: str) -> bool:
    return Path(file).parts[-2:] == ("importlib", "__init__.py")


def _is_of_site(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(Path.cwd()) and "site-packages" not in path.parts
