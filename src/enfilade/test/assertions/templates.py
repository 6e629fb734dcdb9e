"""Which templates a response, or a block of code, was made of."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from enfilade.test.witness import Witness


def assertTemplateUsed(
    response: Any = None,
    template_name: str | None = None,
    msg_prefix: str = "",
    count: int | None = None,
) -> AbstractContextManager[Witness] | None:
    """The test client's *response* was made of *template_name*, *count* times if that is given.

    Without a response it is a context manager: ``with assertTemplateUsed("front.html"): …``.
    """
    prefix = f"{msg_prefix}: " if msg_prefix else ""
    name = _name_alone(response, template_name)
    if name is not None:
        return _watching(lambda names: _check_used(name, names, prefix, count))
    names = _names_of(response, "assertTemplateUsed")
    if template_name is not None:
        _check_used(template_name, names, prefix, count)
    return None


def assertTemplateNotUsed(
    response: Any = None, template_name: str | None = None, msg_prefix: str = ""
) -> AbstractContextManager[Witness] | None:
    """The opposite, with or without a response."""
    prefix = f"{msg_prefix}: " if msg_prefix else ""
    name = _name_alone(response, template_name)
    if name is not None:
        return _watching(lambda names: _check_unused(name, names, prefix))
    _check_unused(str(template_name), _names_of(response, "assertTemplateNotUsed"), prefix)
    return None


def _name_alone(response: Any, template_name: str | None) -> str | None:
    """The template's name if there is no response beside it."""
    if response is None and template_name is None:
        raise TypeError("response and/or template_name argument must be provided")
    if response is None:
        return template_name
    if isinstance(response, str):
        return response
    return None


def _names_of(response: Any, asked: str) -> list[str]:
    if not hasattr(response, "templates"):
        raise ValueError(f"{asked}() is only usable on responses fetched using the test client.")
    return [template.name for template in response.templates if template.name is not None]


@contextmanager
def _watching(check: Any) -> Iterator[Witness]:
    with Witness() as witness:
        yield witness
    check([template.name for template in witness.templates if template.name is not None])


def _check_used(name: str, names: list[str], prefix: str, count: int | None) -> None:
    if not names:
        raise AssertionError(f"{prefix}No templates used to render the response")
    if name not in names:
        raise AssertionError(
            f"{prefix}Template '{name}' was not a template used to render the response. "
            f"Actual template(s) used: {', '.join(names)}"
        )
    if count is not None and names.count(name) != count:
        raise AssertionError(
            f"{prefix}Template '{name}' was expected to be rendered {count} time(s) but was "
            f"actually rendered {names.count(name)} time(s)."
        )


def _check_unused(name: str, names: list[str], prefix: str) -> None:
    if name in names:
        raise AssertionError(
            f"{prefix}Template '{name}' was used unexpectedly in rendering the response"
        )
