"""The pages that explain a failure while ``DEBUG`` is on: what, where, and in which step.

They need nothing from the site: no template of its own, no other request for a style or a
script. If a page cannot be made, the plain traceback is sent, so that a failure of the report
never hides what it reports.
"""

import traceback
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from enfilade.http import HttpRequest, HttpResponse, JsonResponse
from enfilade.lifecycle import STEPS
from enfilade.views.debug_report import Report, build_report
from enfilade.views.debug_routes import build_search

if TYPE_CHECKING:
    import jinja2

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


class ExceptionReporter:
    """The report of an exception, for a log handler or a mail as well as for the page.

    What the site has declared sensitive is hidden, whether ``DEBUG`` is on or off. There may be
    no request. A view or middleware chooses another class for the page of its request with
    ``request.exception_reporter_class``. Django's ``django.views.debug.ExceptionReporter``.
    """

    def __init__(
        self,
        request: HttpRequest | None,
        exc_type: type[BaseException] | None,
        exc_value: BaseException,
        tb: TracebackType | None,
        status_code: int = 500,
    ) -> None:
        self.report: Report = build_report(request, exc_value, tb, status_code)

    def get_traceback_html(self) -> str:
        """A page of its own."""
        text = self.get_traceback_text(complete=False)
        return _page("technical_500.html", report=self.report, as_text=text)

    def get_traceback_text(self, complete: bool = True) -> str:
        """Plain text: the failure and its frames; *complete* adds what the client sent and the
        settings."""
        return _page("technical_500.txt", report=self.report, complete=complete)

    def get_traceback_json(self) -> dict[str, Any]:
        """What a program needs: no source, no variables, no settings."""
        return self.report.as_json()


def technical_500_response(
    request: HttpRequest,
    exc_type: type[BaseException],
    exc_value: BaseException,
    tb: TracebackType | None,
    status_code: int = 500,
) -> HttpResponse:
    """The report of an exception: HTML, JSON or plain text, as the client prefers."""
    try:
        kind: type[ExceptionReporter] = request.exception_reporter_class or ExceptionReporter
        reporter = kind(request, exc_type, exc_value, tb, status_code)
        return _as_accepted(request, reporter, status_code)
    except Exception:
        text = "".join(traceback.format_exception(exc_type, exc_value, tb))
        excuse = f"The page for this error could not be made:\n\n{traceback.format_exc()}"
        return _response(f"{text}\n\n{excuse}", TEXT, status_code)


def _as_accepted(request: HttpRequest, reporter: ExceptionReporter, status: int) -> HttpResponse:
    if request.accepts("text/html"):
        return _response(reporter.get_traceback_html(), HTML, status)
    if request.accepts("application/json"):
        return JsonResponse(reporter.get_traceback_json(), status=status)
    return _response(reporter.get_traceback_text(complete=False), TEXT, status)


def technical_404_response(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Why nothing answers at this path: the patterns that were tried and what each lacked, or
    the view that raised ``Http404``. A site without any pattern is welcomed instead."""
    search = build_search(request, exception)
    if search.empty:
        return _response(_page("welcome.html", search=search), HTML, 200)
    if request.accepts("text/html"):
        return _response(_page("technical_404.html", search=search), HTML, 404)
    return _response(_page("technical_404.txt", search=search), TEXT, 404)


def _response(page: str, content_type: str, status: int) -> HttpResponse:
    # A message may hold half of a surrogate pair, which a client can send in JSON: it is written
    # out, since nothing can encode it.
    content = page.encode(errors="backslashreplace")
    return HttpResponse(content, content_type=content_type, status=status)


@cache
def _pages() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _page(name: str, **context: Any) -> str:
    return _pages().get_template(name).render(steps=STEPS, **context)
