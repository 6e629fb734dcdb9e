"""Forms and queries as the libraries of models want them: a dict of texts and lists of texts."""

from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from enfilade.http import QueryDict

__all__ = ["plain_form"]

_COLLECTIONS = (list, tuple, set, frozenset)


def plain_form(form: QueryDict, model: Any) -> dict[str, Any]:
    """A list for each field of *model* that is a collection; of any other, the last value."""
    several = _collections_of(model)
    return {
        name: values if name in several else values[-1] for name, values in form.lists() if values
    }


def _collections_of(model: Any) -> set[str]:
    try:
        hints: Iterable[tuple[str, Any]] = get_type_hints(model).items()
    except (NameError, TypeError):  # a forward reference that only the library can follow
        return set()
    return {name for name, hint in hints if _is_collection(hint)}


def _is_collection(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, UnionType, Annotated):
        return any(map(_is_collection, get_args(hint)))
    return (origin or hint) in _COLLECTIONS
