"""What happens while a request is answered: templates rendered, an exception nobody handled."""

import sys
from collections.abc import Mapping
from copy import copy
from types import TracebackType
from typing import Any

from enfilade.dispatch import got_request_exception
from enfilade.template.signals import template_rendered


class ContextList(list[Any]):
    """The contexts of all templates of a response; a name is looked up in one after the other."""

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        for context in self:
            if key in context:
                return context[key]
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The first context's value of *key*, or *default*."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return any(key in context for context in self)

    def keys(self) -> set[str]:
        """Every name in any of the contexts."""
        return {key for context in self for key in context}


class Witness:
    """Listens for the length of a ``with`` block."""

    def __init__(self) -> None:
        self.templates: list[Any] = []
        self.contexts = ContextList()
        self.exc_info: Any = None

    def __enter__(self) -> "Witness":
        template_rendered.connect(self._rendered)
        got_request_exception.connect(self._failed)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        template_rendered.disconnect(self._rendered)
        got_request_exception.disconnect(self._failed)

    def _rendered(self, template: Any, context: Mapping[str, Any], **named: Any) -> None:
        self.templates.append(template)
        self.contexts.append(copy(context))  # as it is now, whatever happens to it later

    def _failed(self, **named: Any) -> None:
        self.exc_info = sys.exc_info()

    @property
    def context(self) -> Any:
        """``None`` without a template, else its context, or the list of theirs."""
        if not self.contexts:
            return None
        return list.__getitem__(self.contexts, 0) if len(self.contexts) == 1 else self.contexts
