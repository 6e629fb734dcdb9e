"""Objects that are made when somebody touches them: whoever looks on must not be the first.

Even ``isinstance(value, type)`` touches Django's, which say that their class is that of what they
stand for.
"""

import sys
from typing import Any

from enfilade.lazy_text import LazyText

_FUNCTIONAL = "django.utils.functional"

UNSEEN = "not looked at yet"
"""What is said of what nobody has touched."""


def is_unseen(value: Any) -> bool:
    """Whether *value* has still to be made: a lazy text of ours or of Django's always, a lazy
    object of Django's until it is touched."""
    kind = type(value)
    if issubclass(kind, LazyText):
        return True
    django: Any = sys.modules.get(_FUNCTIONAL)
    if django is None:
        return False
    return issubclass(kind, django.Promise) or (_is_lazy(kind) and value._wrapped is django.empty)


def behind(value: Any) -> Any:
    """What *value* stands for, if it is a lazy object that has been touched; else itself."""
    return value._wrapped if _is_lazy(type(value)) else value


def _is_lazy(kind: type) -> bool:
    django: Any = sys.modules.get(_FUNCTIONAL)
    return django is not None and issubclass(kind, django.LazyObject)
