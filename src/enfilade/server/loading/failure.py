"""An application that cannot be started: what the log says, and the page that development shows.

The page is plain WSGI and one self-contained piece of HTML, because the framework may be the
very thing that does not start.
"""

import traceback
from collections.abc import Iterable
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TypeGuard

from enfilade.exceptions import DeveloperError
from enfilade.server.loading.elsewhere import hint_elsewhere
from enfilade.types import Environ, StartResponse, WSGIApplication

_OWN = str(Path(__file__).parents[1])  # enfilade/server

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto;
        padding: 0 1rem }}
h1 {{ font-size: 1.3rem }}
pre {{ font: 14px/1.45 ui-monospace, monospace; padding: 1rem; overflow-x: auto;
       border-left: 4px solid #c33; background: #8881 }}
</style>
<h1>The application does not start</h1>
<p><strong>{title}</strong></p>
<pre>{text}</pre>
<p>Save a correction and load this page again.</p>
</html>
"""


def describe_failure(error: BaseException) -> str:
    """What the developer has to read: a mistake in the options is told in a sentence, anything
    else by its traceback from the application's first line on."""
    if is_mistake(error):
        return f"{error}\nHint: {error.hint}" if error.hint else str(error)
    lines = traceback.format_exception(type(error), error, _skip_loader(error.__traceback__))
    hint = hint_elsewhere(error)
    return "".join(lines).rstrip() + (f"\n\nHint: {hint}" if hint else "")


def is_mistake(error: BaseException) -> TypeGuard[DeveloperError]:
    """Whether the server itself complains, of what it was asked for; else the application does."""
    return isinstance(error, DeveloperError) and _is_own(error.__traceback__)


def error_page(error: BaseException) -> WSGIApplication:
    """An application that answers every request with *error*."""
    title = "".join(traceback.format_exception_only(error)).partition("\n")[0]
    page = _PAGE.format(title=escape(title), text=escape(describe_failure(error))).encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Cache-Control", "no-store"),
    ]

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("500 Internal Server Error", list(headers))
        return [page]

    return application


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


def _is_own(trace: TracebackType | None) -> bool:
    """Whether the exception was raised by the server itself, not by code that it called."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN)
