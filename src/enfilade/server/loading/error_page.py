"""The page that development shows in place of an application that does not start.

The page is plain WSGI and one self-contained piece of HTML, because the framework may be the
very thing that does not start.
"""

import linecache
from collections.abc import Iterable, Iterator
from html import escape

from enfilade.reserved import PROFILE, RESERVED
from enfilade.secrecy import hide_text
from enfilade.server.loading.failure import describe_failure, is_mistake, place_of_failure
from enfilade.types import Environ, StartResponse, WSGIApplication

AROUND = 5
"""Lines of source before and after the one that fails."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark; --paper: #faf8f4; --card: #fffefb; --ink: #26231e; --quiet: #756e63;
  --line: #ddd6c9; --fail: #b3402a; --fail-paper: #fbeae4;
}}
@media (prefers-color-scheme: dark) {{ :root {{
  --paper: #1b1a18; --card: #24221f; --ink: #ece7dd; --quiet: #9d9589; --line: #3a3732;
  --fail: #ef8a6f; --fail-paper: #3a2520;
}} }}
body {{ margin: 0 auto; padding: 3rem 2rem; max-width: 72rem; background: var(--paper);
       color: var(--ink); font: 16px/1.55 system-ui, sans-serif }}
h1 {{ margin: .35rem 0; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere }}
h2 {{ margin: 2.5rem 0 .75rem; font-size: 1.1rem }}
pre {{ margin: 0; padding: .8rem 1rem; overflow-x: auto; background: var(--card);
      border: 1px solid var(--line); border-radius: 8px; font: 13px/1.55 ui-monospace, monospace }}
mark {{ background: var(--fail-paper); color: var(--fail); font-weight: 650 }}
.quiet {{ color: var(--quiet) }}
</style>
<p class="quiet">The application does not start</p>
<h1>{title}</h1>
{source}
<h2>What Python says</h2>
<pre>{text}</pre>
<p class="quiet">Save a correction and load this page again.</p>
"""

_PROFILER = f"""
<p class="quiet"><a href="{RESERVED}">What was served before</a>, in the profiler.</p>
"""


def error_page(error: BaseException) -> WSGIApplication:
    """An application that answers every request with *error*."""
    text = _PAGE.format(
        title=escape(headline(error)), source=_excerpt(error), text=escape(describe_failure(error))
    )

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        profiler = _PROFILER if PROFILE in environ else ""
        page = f"{text}{profiler}</html>\n".encode()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
        ]
        start_response("500 Internal Server Error", headers)
        return [page]

    return application


def headline(error: BaseException) -> str:
    """The kind of *error* and the first line of what it says.

    >>> headline(ValueError("one\\ntwo"))
    'ValueError: one'
    """
    text = hide_text(error.msg if isinstance(error, SyntaxError) else str(error))
    kind = type(error).__name__
    return f"{kind}: {text.partition(chr(10))[0]}" if text else kind


def _excerpt(error: BaseException) -> str:
    """The lines of the site around the one that fails, as HTML; none if that cannot be known."""
    place = None if is_mistake(error) else place_of_failure(error)
    if place is None:
        return ""
    file, number = place
    lines = "".join(_numbered_lines(file, number))
    return f'<p class="quiet">{escape(file)}, line {number}</p>\n<pre>{lines}</pre>'


def _numbered_lines(file: str, number: int) -> Iterator[str]:
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    for at in range(max(number - AROUND, 1), min(number + AROUND, len(lines)) + 1):
        text = escape(f"{at:4}  {lines[at - 1].rstrip()}")
        yield f"<mark>{text}</mark>\n" if at == number else f"{text}\n"
