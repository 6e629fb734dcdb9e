"""What the pages of accounts share: their templates, and a form that is shown until it is right.

Each page has a template here, which a site replaces by one of its own of the same name. All of
them extend ``registration/base.html``; a site that replaces that one has pages of its own look.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from enfilade.contrib.auth.fields import Form
from enfilade.http import HttpRequest, HttpResponse, HttpResponseRedirect
from enfilade.shortcuts import resolve_url
from enfilade.template import Jinja2, Template, TemplateDoesNotExist, TemplateResponse, engines
from enfilade.views.generic import ContextMixin, TemplateResponseMixin, View

__all__ = ["FormPage", "Page", "PageResponse"]

TEMPLATES = Path(__file__).parent / "templates"


class PageResponse(TemplateResponse):
    """A response whose template may be the site's or one of those here."""

    def resolve_template(self, template: Any) -> Template:
        """The site's template of this name, or ours; either can extend the other's."""
        names: Sequence[str] = [template] if isinstance(template, str) else template
        if not isinstance(names, (list, tuple)):
            return super().resolve_template(template)
        engine = _engine_that_has(names, self.using) or _first_engine(self.using)
        lost = TemplateDoesNotExist("No template names provided")
        for name in names:
            try:
                found: Template = engine.get_template(name)
            except TemplateDoesNotExist as error:
                lost = error
            else:
                return found
        raise lost


def _engine_that_has(names: Sequence[str], using: str | None) -> Any:
    for name in names:
        for engine in _engines(using):
            try:
                engine.get_template(name)
            except TemplateDoesNotExist:
                continue
            return _extended(engine)
    return None


def _first_engine(using: str | None) -> Any:
    ours = (engine for engine in _engines(using) if isinstance(engine, Jinja2))
    return _extended(next(ours, None) or Jinja2({}))


def _engines(using: str | None) -> list[Any]:
    return [engine for name, engine in engines().items() if using in (None, name)]


@lru_cache(maxsize=8)
def _extended(engine: Any) -> Any:
    """*engine* with our templates behind its own; one that is not Jinja2's as it is."""
    if not isinstance(engine, Jinja2):
        return engine
    import jinja2

    loaders = [engine.environment.loader, jinja2.FileSystemLoader(TEMPLATES)]
    loader = jinja2.ChoiceLoader([each for each in loaders if each is not None])
    return _Extended(engine, engine.environment.overlay(loader=loader))


class _Extended(Jinja2):
    """Another engine's twin, with an environment of its own."""

    def __init__(self, engine: Jinja2, environment: Any) -> None:
        super().__init__({"NAME": engine.name, "DIRS": engine.directories})
        self.environment = environment
        self.context_processors = engine.context_processors


class Page(TemplateResponseMixin, ContextMixin, View):
    """Shows a template, which gets ``title``."""

    response_class: ClassVar[Any] = PageResponse
    title: object = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context, for subclasses to extend."""
        return super().get_context_data(**{"title": self.title, **kwargs})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; and HEAD."""
        return self.render_to_response(self.get_context_data(**kwargs))


class FormPage(Page):
    """Shows a form and takes it; where it is wrong, it is shown again with what is wrong.

    ``success_url``, where it leads to, is a path, a URL or the name of a route.
    """

    form_class: Any = Form
    success_url: Any = None

    def get_form_class(self) -> Any:
        """The class of the form."""
        return self.form_class

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the form is made with: ``data`` is what was sent."""
        return {"data": self.request.POST if self.request.method == "POST" else None}

    def get_form(self) -> Any:
        """The form."""
        return self.get_form_class()(**self.get_form_kwargs())

    def get_success_url(self) -> str:
        """Where to go when the form is right."""
        return resolve_url(self.success_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context, with ``form``."""
        if "form" not in kwargs:
            kwargs["form"] = self.get_form()
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the form."""
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Do what the form asks for, and go on."""
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        return self.render_to_response(self.get_context_data(form=form))
