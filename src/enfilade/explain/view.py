"""What can be known of a view without calling it."""

from dataclasses import dataclass
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.decorators import decorators_of
from enfilade.explain.source import Source, locate, written
from enfilade.views import View


@dataclass(frozen=True, slots=True)
class ViewPlan:
    """A view. ``methods`` are those that it answers, ``None`` if only its code could say;
    ``kind`` is "function" or "class", ``decorators`` are those around it, outermost first."""

    source: Source
    kind: str
    is_async: bool
    methods: tuple[str, ...] | None
    decorators: tuple[Source, ...] = ()

    def accepts(self, method: str) -> bool:
        """Whether *method* reaches the view's own code; ``True`` if only the code could say."""
        return self.methods is None or method in self.methods


def describe_view(view: Any, method: str = "") -> ViewPlan:
    """Look at the callable of a route, and at what of it answers *method*."""
    made_of = written(view)
    is_class = isinstance(made_of, type) and issubclass(made_of, View)
    return ViewPlan(
        locate(view),
        "class" if is_class else "function",
        iscoroutinefunction(view),
        _methods(view, made_of if is_class else None),
        tuple(each.source for each in decorators_of(view, method)),
    )


def locate_answer(view: Any, method: str) -> Source:
    """Where the code is that answers *method*: of a class its method, else the view itself."""
    made_of = written(view)
    if not (isinstance(made_of, type) and issubclass(made_of, View)):
        return locate(view)
    name = method.lower()
    if name == "head" and not hasattr(made_of, "head"):
        name = "get"
    return locate(made_of, name) if hasattr(made_of, name) else locate(made_of)


def _methods(view: Any, view_class: type[View] | None) -> tuple[str, ...] | None:
    """The methods that decorators and the class let through, in the order of the class."""
    allowed: tuple[str, ...] | None = getattr(view, "allowed_methods", None)
    if view_class is None:
        return allowed
    answered = [name for name in view_class.http_method_names if _answers(view_class, name)]
    names = tuple(name.upper() for name in answered)
    return names if allowed is None else tuple(name for name in names if name in allowed)


def _answers(view_class: type[View], name: str) -> bool:
    return hasattr(view_class, name) or (name == "head" and hasattr(view_class, "get"))
