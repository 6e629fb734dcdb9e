"""The API's views: plain functions from a request to JSON."""

from typing import Any

from enfilade.http import Http404, HttpRequest, JsonResponse
from enfilade.urls import reverse
from enfilade.views.decorators.http import require_safe
from gazette.newsroom import queries
from gazette.newsroom.models import Article
from gazette.newsroom.pages import page_number


@require_safe
def articles(request: HttpRequest) -> JsonResponse:
    """A page of articles, newest first, with the addresses of its neighbours."""
    page = queries.archive(number=page_number(request.GET))

    def address(number: int | None) -> str | None:
        if number is None:
            return None
        return request.build_absolute_uri(reverse("api:articles", query={"page": number}))

    return JsonResponse(
        {
            "count": page.total,
            "next": address(page.next),
            "previous": address(page.previous),
            "results": [_summary(request, article) for article in page.items],
        }
    )


@require_safe
def article(request: HttpRequest, number: int) -> JsonResponse:
    """One article with its text and its comments."""
    found = queries.article_by_id(number)
    if found is None:
        raise Http404("No article has this number.")
    comments = [
        {"name": comment.name, "text": comment.text, "posted": _moment(comment.posted)}
        for comment in found.comments
    ]
    return JsonResponse({**_summary(request, found), "text": found.text, "comments": comments})


def broken(request: HttpRequest) -> JsonResponse:
    """Raise, to show what ErrorHandlerMiddleware makes of it."""
    raise RuntimeError("The press has thrown a belt.")


def _summary(request: HttpRequest, article: Article) -> dict[str, Any]:
    address = reverse("newsroom:article", args=[article.year, article.slug])
    return {
        "id": article.id,
        "title": article.title,
        "standfirst": article.standfirst,
        "section": article.section,
        "author": article.author.name,
        "published": _moment(article.published),
        "url": request.build_absolute_uri(address),
    }


def _moment(moment: Any) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"
