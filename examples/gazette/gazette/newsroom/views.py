"""The pages of the paper. Functions and classes, synchronous and not: all are views.

Lifecycle step 9. What is not a page (pictures, the feed, the export) is in ``deliveries``.
"""

import asyncio
import time
from typing import Any

from enfilade.conf import settings
from enfilade.contrib import messages
from enfilade.http import Http404, HttpRequest, HttpResponse
from enfilade.shortcuts import redirect, render
from enfilade.urls import reverse
from enfilade.views import View
from enfilade.views.generic import TemplateView
from gazette.newsroom import forms, instruments, media, models, queries
from gazette.newsroom.pages import page_number
from gazette.newsroom.sections import SECTIONS

FRONT_STORIES = 6
SECTION_STORIES = 2
FRONT_COMMENTS = 4
SEARCH_RESULTS = 20
UNPROCESSABLE = 422


def front(request: HttpRequest) -> HttpResponse:
    """The front page: a lead, the latest and what readers say beside it, then every section."""
    stories = queries.latest(FRONT_STORIES)
    context = {
        "lead": stories[0] if stories else None,
        "latest": stories[1:],
        "comments": queries.latest_comments(FRONT_COMMENTS),
        "sections": queries.latest_by_section(SECTION_STORIES, but=stories),
    }
    return render(request, "front.html", context)


def section(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything in one section."""
    if slug not in SECTIONS:
        raise Http404("The paper has no such section.")
    context = {"section": SECTIONS[slug], "articles": queries.section(slug)}
    return render(request, "section.html", context)


class ArticleView(View):
    """One article, and below it what readers said; a comment is posted to the same address."""

    def get(self, request: HttpRequest, year: int, slug: str) -> HttpResponse:
        """Show the article with an empty form."""
        return self.page(_article(year, slug), forms.EMPTY)

    def post(self, request: HttpRequest, year: int, slug: str) -> HttpResponse:
        """Keep the comment and redirect to it, so that reloading does not send it twice."""
        article = _article(year, slug)
        form = forms.read_comment(request.POST)
        if not form.valid:
            return self.page(article, form, status=UNPROCESSABLE)
        comment = queries.add_comment(article, form.values["name"], form.values["text"])
        messages.success(request, "Your comment is in print.")
        address = reverse("newsroom:article", args=[year, slug])
        return redirect(f"{address}#comment-{comment.id}")

    def page(self, article: models.Article, form: forms.Form, status: int = 200) -> HttpResponse:
        """The article with *form* as far as it has been filled in."""
        context = {"article": article, "form": form, "limits": forms}
        return render(self.request, "article.html", context, status=status)


class ArchiveView(TemplateView):
    """The archive, of one year or of all, ten articles a page."""

    template_name = "archive.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the years to choose from and the page that was asked for."""
        year = kwargs.get("year")
        page = queries.archive(number=page_number(self.request.GET), year=year)
        if year is not None and not page.total:
            raise Http404(f"Nothing was printed in {year}.")
        return super().get_context_data(**kwargs, years=queries.years(), page=page)


def search(request: HttpRequest) -> HttpResponse:
    """Articles with every word of ``?q=``, the words marked."""
    form = forms.read_search(request.GET)
    words = form.values["q"].split() if form.valid else []
    found = queries.search(words, SEARCH_RESULTS) if words else []
    context = {"form": form, "words": words, "articles": found, "limit": SEARCH_RESULTS}
    return render(request, "search.html", context, status=200 if form.valid else 400)


class PicturesView(View):
    """The gallery, and the form by which readers add to it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the gallery with an empty form."""
        return self.page(forms.EMPTY)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hang a picture that is one, and redirect to the gallery."""
        form = forms.read_picture(request.POST, request.FILES)
        if not form.valid:
            return self.page(form, status=UNPROCESSABLE)
        chunks = request.FILES["picture"].chunks()
        filename = media.keep(chunks, form.values["suffix"], settings.GAZETTE_MEDIA)
        queries.add_picture(filename, form.values["caption"], form.values["credit"])
        messages.success(request, "Your picture hangs on the wall.")
        return redirect("newsroom:pictures")

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The gallery with *form* as far as it has been filled in."""
        context = {"pictures": queries.pictures(), "form": form, "limits": forms}
        return render(self.request, "pictures.html", context, status=status)


def broken_stair(request: HttpRequest) -> HttpResponse:
    """Raise, to show the paper's page for its own mistakes."""
    raise RuntimeError("The ninth step was reported to be missing, and it is.")


async def now(request: HttpRequest) -> HttpResponse:
    """The hour and the wind, asked for at the same time: it takes as long as the slower one."""
    moment, started = models.now(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        clock = group.create_task(instruments.hall_clock(moment))
        vane = group.create_task(instruments.weathercock(moment))
    readings = [clock.result(), vane.result()]
    context = {"readings": readings, "took": time.perf_counter() - started}
    await messages.aget_messages(request)  # which the template shows, and could not wait for
    return render(request, "now.html", context)


def _article(year: int, slug: str) -> models.Article:
    article = queries.article(year, slug)
    if article is None:
        raise Http404("We never printed that.")
    return article
