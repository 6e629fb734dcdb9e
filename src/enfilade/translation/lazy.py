"""Texts that are translated when they are looked at: for what is written before there is a
language, such as a route or an attribute of a class."""

from collections.abc import Callable
from typing import Any

from enfilade.lazy_text import LazyString
from enfilade.translation.texts import gettext, ngettext, npgettext, pgettext

__all__ = [
    "LazyPlural",
    "LazyTranslation",
    "gettext_lazy",
    "ngettext_lazy",
    "npgettext_lazy",
    "pgettext_lazy",
]


class LazyTranslation(LazyString):
    """What a function makes of texts in the language of the moment."""

    def __init__(self, translate: Callable[..., str], *texts: Any) -> None:
        self._translate = translate
        self._texts = texts

    def __str__(self) -> str:
        return self._translate(*self._texts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._texts[-1]!r}>"


class LazyPlural(LazyTranslation):
    """One whose number is known when values are put in: the value called *number*, or, without a
    name, the only one."""

    def __init__(self, translate: Callable[..., str], *texts: str, number: str | None) -> None:
        super().__init__(translate, *texts)
        self._number = number

    def __str__(self) -> str:
        raise TypeError(
            f"{self!r} has a singular and a plural, and nothing says which: "
            "write text % number, or give the number to ngettext_lazy()."
        )

    def __bool__(self) -> bool:
        return bool(self._texts[-1])

    def __mod__(self, values: Any) -> str:
        named = isinstance(values, dict) and self._number
        text = self._form(self._named(values) if named else values)
        try:
            return str(text % values)
        except TypeError:  # a form that does without the number: "one apple"
            return text

    def format(self, *args: Any, **kwargs: Any) -> str:
        """:meth:`str.format`, in the form of the number."""
        named = kwargs and self._number
        return self._form(self._named(kwargs) if named else args[0]).format(*args, **kwargs)

    def _form(self, number: Any) -> str:
        return self._translate(*self._texts, number)

    def _named(self, values: dict[str, Any]) -> Any:
        try:
            return values[str(self._number)]
        except KeyError:
            raise KeyError(
                f"{self!r} takes its form from a value called {self._number!r}, which is missing."
            ) from None


def gettext_lazy(message: str) -> LazyTranslation:
    """:func:`~enfilade.translation.gettext`, later."""
    return LazyTranslation(gettext, message)


def pgettext_lazy(context: str, message: str) -> LazyTranslation:
    """:func:`~enfilade.translation.pgettext`, later."""
    return LazyTranslation(pgettext, context, message)


def ngettext_lazy(singular: str, plural: str, number: int | str | None = None) -> LazyTranslation:
    """:func:`~enfilade.translation.ngettext`, later. *number* is the number, or the name that
    it will have among the values put in, or ``None`` if it will be the only one."""
    return _lazy_plural(ngettext, (singular, plural), number)


def npgettext_lazy(
    context: str, singular: str, plural: str, number: int | str | None = None
) -> LazyTranslation:
    """:func:`~enfilade.translation.npgettext`, likewise."""
    return _lazy_plural(npgettext, (context, singular, plural), number)


def _lazy_plural(
    translate: Callable[..., str], texts: tuple[str, ...], number: int | str | None
) -> LazyTranslation:
    if isinstance(number, int):
        return LazyTranslation(translate, *texts, number)
    return LazyPlural(translate, *texts, number=number)
