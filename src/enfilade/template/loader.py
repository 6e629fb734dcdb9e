"""Find a template by name among the site's engines, and render it.

Django's ``django.template.loader``. The engines are made once from ``TEMPLATES``; without that
setting there is one, with the folder ``templates`` of the working directory.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.template.engine import Context, Jinja2, Template, imported
from enfilade.template.errors import TemplateDoesNotExist

if TYPE_CHECKING:
    from enfilade.http import HttpRequest

_DEFAULT_BACKEND = "enfilade.template.Jinja2"
_WITHOUT_SETTING = ({"DIRS": ["templates"]},)


@cache
def engines() -> dict[str, Jinja2]:
    """The site's engines by name, in the order of ``TEMPLATES``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if two have the same name or a
    ``BACKEND`` cannot be imported. ``engines.cache_clear()`` has them made anew.
    """
    made: dict[str, Jinja2] = {}
    for configuration in settings.TEMPLATES or _WITHOUT_SETTING:
        backend = imported(configuration.get("BACKEND", _DEFAULT_BACKEND), "BACKEND")
        engine = backend(configuration)
        if engine.name in made:
            raise ImproperlyConfigured(
                f"Two engines in TEMPLATES are called {engine.name!r}.",
                hint="Give each entry a NAME of its own.",
            )
        made[engine.name] = engine
    return made


def _engines(using: str | None) -> list[Jinja2]:
    if using is None:
        return list(engines().values())
    try:
        return [engines()[using]]
    except KeyError:
        raise ImproperlyConfigured(
            f"No engine in TEMPLATES is called {using!r}.",
            hint=f"There are: {', '.join(engines())}.",
        ) from None


def get_template(template_name: str, using: str | None = None) -> Template:
    """The template of this name from the first engine that has it, or from the one *using*.

    Raises :exc:`~enfilade.template.TemplateDoesNotExist` with the places looked in.
    """
    lost: list[TemplateDoesNotExist] = []
    for engine in _engines(using):
        try:
            return engine.get_template(template_name)
        except TemplateDoesNotExist as exc:
            lost.append(exc)
    raise _joined(template_name, lost)


def select_template(template_names: Sequence[str], using: str | None = None) -> Template:
    """The first of these templates that exists.

    Raises :exc:`~enfilade.template.TemplateDoesNotExist` if none does or no name was given,
    :exc:`TypeError` for a plain string.
    """
    if isinstance(template_names, str):
        raise TypeError(
            f"select_template() takes several names; use get_template() for {template_names!r}."
        )
    lost: list[TemplateDoesNotExist] = []
    for name in template_names:
        try:
            return get_template(name, using)
        except TemplateDoesNotExist as exc:
            lost.append(exc)
    if not lost:
        raise TemplateDoesNotExist("No template names provided")
    raise _joined(", ".join(template_names), lost)


def _joined(name: str, lost: Sequence[TemplateDoesNotExist]) -> TemplateDoesNotExist:
    if len(lost) == 1:
        return lost[0]
    return TemplateDoesNotExist(name, [path for each in lost for path in each.tried], lost)


def render_to_string(
    template_name: str | Sequence[str],
    context: Context | None = None,
    request: "HttpRequest | None" = None,
    using: str | None = None,
) -> str:
    """The text of a template, given by its name or by several names to choose from."""
    if isinstance(template_name, str):
        template = get_template(template_name, using)
    else:
        template = select_template(template_name, using)
    return template.render(context, request)
