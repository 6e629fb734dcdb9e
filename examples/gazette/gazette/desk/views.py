"""The desk: what is in print, and a sheet to write on. Whoever has not signed in is asked to."""

from typing import Any

from enfilade.contrib import messages
from enfilade.contrib.auth.mixins import PermissionRequiredMixin
from enfilade.contrib.auth.views import LogoutView
from enfilade.http import Http404, HttpRequest, HttpResponse
from enfilade.shortcuts import redirect, render
from enfilade.views import View
from enfilade.views.decorators import method_decorator
from enfilade.views.decorators.cache import never_cache
from gazette.desk import manuscripts, staff
from gazette.newsroom import forms, models, queries
from gazette.newsroom.pages import page_number

UNPROCESSABLE = 422


# A page that a browser has kept would still be there after signing out.
@method_decorator(never_cache, name="dispatch")
class DeskPage(PermissionRequiredMixin, View):
    """A page for editors only, of which no browser keeps a copy."""

    permission_required = staff.EDIT


class DeskView(DeskPage):
    """Everything in print, newest first, each with a way to its sheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of it."""
        page = queries.archive(number=page_number(request.GET))
        return render(request, "desk.html", {"page": page})


class SheetPage(DeskPage):
    """A page with the sheet on which an article is written or edited."""

    def sheet(self, form: forms.Form, **context: Any) -> HttpResponse:
        """The sheet with *form* as far as it has been filled in."""
        context |= {"form": form, "limits": forms, "authors": manuscripts.authors()}
        status = 200 if form.valid else UNPROCESSABLE
        return render(self.request, "sheet.html", context, status=status)

    def read(self) -> forms.Form:
        """What the editor has sent."""
        return forms.read_article(self.request.POST, manuscripts.authors())


class WriteView(SheetPage):
    """A new article."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show an empty sheet."""
        return self.sheet(forms.EMPTY)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Print the article and show it."""
        form = self.read()
        if not form.valid:
            return self.sheet(form)
        article = _article(manuscripts.write(form.values))
        messages.success(request, f"“{article.title}” is in print.")
        return redirect("newsroom:article", article.year, article.slug)


class EditView(SheetPage):
    """An article that is in print."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show the sheet with the article on it."""
        article = _article(number)
        return self.sheet(forms.article_form(article), article=article)

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Print the article anew and show it."""
        article, form = _article(number), self.read()
        if not form.valid:
            return self.sheet(form, article=article)
        manuscripts.change(number, form.values)
        messages.success(request, f"“{form.values['title']}” has been changed.")
        return redirect("newsroom:article", article.year, article.slug)


class WithdrawView(DeskPage):
    """An article that had better not been printed."""

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Take it out of the paper."""
        article = _article(number)
        manuscripts.withdraw(number)
        messages.warning(request, f"“{article.title}” has been withdrawn.")
        return redirect("desk:front")


class SignOutView(LogoutView):
    """The way out; by POST only, so that no link of another site leads there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out and say so on the next page."""
        response = super().post(request, *args, **kwargs)
        messages.info(request, "You have signed out.")
        return response


def _article(number: int) -> models.Article:
    article = queries.article_by_id(number)
    if article is None:
        raise Http404("No article has this number.")
    return article
