"""Jinja2 environments, made from the ``TEMPLATES`` setting when a template is first used.

An entry of ``TEMPLATES`` has Django's shape: ``BACKEND`` (may be left out), ``NAME``, ``DIRS``
and ``OPTIONS``; see https://docs.djangoproject.com/en/5.2/topics/templates/. jinja2 itself is
imported with the first template, so a site without templates never pays for it.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.exceptions import ImproperlyConfigured
from enfilade.template.csrf import csrf_values
from enfilade.template.django_syntax import hint_at_syntax
from enfilade.template.errors import TemplateDoesNotExist
from enfilade.template.signals import template_rendered
from enfilade.template.static import static
from enfilade.template.translation import add_translation
from enfilade.urls import reverse

if TYPE_CHECKING:
    import jinja2

    from enfilade.http import HttpRequest

Context = Mapping[str, Any]
ContextProcessor = Callable[["HttpRequest"], Mapping[str, Any]]

_KEYS = frozenset({"BACKEND", "NAME", "DIRS", "OPTIONS"})


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of the URL pattern called *name*: the ``url`` of every template."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


class Template:
    """A template of one engine.

    ``origin`` is the file it came from, ``None`` if it was made from a string.
    """

    def __init__(self, source: "jinja2.Template", engine: "Jinja2") -> None:
        self.source = source
        self.engine = engine

    @property
    def name(self) -> str | None:
        """The name by which it was asked for."""
        return self.source.name

    @property
    def origin(self) -> str | None:
        """The file's path."""
        return self.source.filename

    def render(self, context: Context | None = None, request: "HttpRequest | None" = None) -> str:
        """Return the text; with a *request*, context processors add what *context* lacks."""
        values = self.engine.complete(context or {}, request)
        if template_rendered.receivers:
            template_rendered.send(self, template=self, context=values)
        import jinja2

        try:
            return self.source.render(values)
        except jinja2.TemplateNotFound as lost:  # a parent or an included template
            raise self.engine.missing(str(lost.name)) from lost
        except jinja2.TemplateSyntaxError as error:
            hint_at_syntax(error)
            raise

    def __repr__(self) -> str:
        return f"<Template {self.name or 'from a string'!r}>"


class Jinja2:
    """One engine: a Jinja2 environment and the context processors that go with it.

    ``OPTIONS`` may hold ``environment`` (the import path of a callable that returns a
    ``jinja2.Environment``), ``context_processors`` (import paths or callables), and whatever
    else that callable takes. Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a key
    that has no meaning here.
    """

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        if unknown := sorted(configuration.keys() - _KEYS):
            raise ImproperlyConfigured(
                f"An entry of TEMPLATES has keys without a meaning: {', '.join(unknown)}.",
                hint=f"Known are {', '.join(sorted(_KEYS))}; folders go into DIRS.",
            )
        self.name: str = configuration.get("NAME", "jinja2")
        self.directories = [Path(path) for path in configuration.get("DIRS", ())]
        self._options = dict(configuration.get("OPTIONS", {}))
        self._processors = self._options.pop("context_processors", ())

    @cached_property
    def environment(self) -> "jinja2.Environment":
        """The Jinja2 environment, made on first use."""
        import jinja2

        options = dict(self._options)
        factory = imported(options.pop("environment", jinja2.Environment), "OPTIONS.environment")
        options.setdefault("loader", jinja2.FileSystemLoader(self.directories))
        options.setdefault("autoescape", True)
        options.setdefault("auto_reload", settings.DEBUG)
        environment: jinja2.Environment = factory(**options)
        environment.globals.setdefault("url", url)
        environment.globals.setdefault("static", static)
        environment.add_extension("enfilade.template.fragment.CacheExtension")
        add_translation(environment)
        return environment

    @cached_property
    def context_processors(self) -> tuple[ContextProcessor, ...]:
        """The callables that give every template of a request its common values."""
        return tuple(imported(each, "OPTIONS.context_processors") for each in self._processors)

    def complete(self, context: Context, request: "HttpRequest | None") -> dict[str, Any]:
        """*context* with what the request adds: ``csrf_token``, ``csrf_input`` and what the
        processors give; the view's own values win."""
        if request is None:
            return dict(context)
        values: dict[str, Any] = dict(csrf_values(request))
        for processor in self.context_processors:
            values.update(processor(request))
        values.update(context)
        values["request"] = request
        return values

    def get_template(self, name: str) -> Template:
        """Raises :exc:`TemplateDoesNotExist`, and jinja2's ``TemplateSyntaxError``."""
        import jinja2

        try:
            return Template(self.environment.get_template(name), self)
        except jinja2.TemplateNotFound as lost:
            raise self.missing(name) from lost
        except jinja2.TemplateSyntaxError as error:
            hint_at_syntax(error)
            raise

    def from_string(self, source: str) -> Template:
        """A template that has no file."""
        import jinja2

        try:
            return Template(self.environment.from_string(source), self)
        except jinja2.TemplateSyntaxError as error:
            hint_at_syntax(error)
            raise

    def missing(self, name: str) -> TemplateDoesNotExist:
        """The error for a template that none of the folders has."""
        return TemplateDoesNotExist(name, [folder.absolute() / name for folder in self.directories])


def imported(target: Any, where: str) -> Any:
    """*target*, imported if it is a dotted path.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` naming *where* the path stands.
    """
    return import_named(target, f"TEMPLATES ({where})") if isinstance(target, str) else target
