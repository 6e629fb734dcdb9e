"""What the paper delivers besides pages: pictures, the feed and the export."""

import csv
from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from enfilade.shortcuts import render
from enfilade.views.decorators.http import require_safe
from gazette.newsroom import media, queries

FEED_STORIES = 20
YEAR = 365 * 24 * 3600
EXPORT_COLUMNS = (
    *("id", "published", "section", "author"),
    *("title", "standfirst", "text", "comments"),
)


@require_safe
def picture(request: HttpRequest, filename: str) -> FileResponse:
    """A picture; its name is the hash of its content, so a browser may keep it for good."""
    media_type = media.media_type(filename)
    path = settings.GAZETTE_MEDIA / filename
    if media_type is None or not path.is_file():
        raise Http404("No such picture hangs here.")
    response = FileResponse(path.open("rb"), content_type=media_type)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    # Readers sent it: whatever is in the file, it may load and run nothing.
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest articles as an Atom feed (RFC 4287)."""
    context = {"articles": queries.latest(FEED_STORIES)}
    return render(request, "feed.xml", context, content_type="application/atom+xml")


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All articles as CSV, each line on its way while the next is being read."""
    response = StreamingHttpResponse(_csv_lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="gazette.csv"'
    return response


class _Passage:
    """A file for csv.writer that keeps nothing: writerow() returns what write() returns."""

    def write(self, line: str) -> str:
        return line


def _csv_lines() -> Iterator[str]:
    writer = csv.writer(_Passage())
    yield writer.writerow(EXPORT_COLUMNS)
    yield from map(writer.writerow, queries.every_article())
