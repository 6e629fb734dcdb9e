"""Queries that Django makes, noted on the trace that is under way.

A database's connection asks each of its ``execute_wrappers`` to make a query; ours is the first
that it has, and so the innermost.
"""

import functools
from collections.abc import Callable
from typing import Any

from enfilade.trace import CURRENT
from enfilade.trace.queries import query

MARK = "__enfilade__"


def install(base: Any) -> None:
    """Watch the connections that are made from now on; *base* is ``django.db.backends.base.base``.

    Raises :exc:`AttributeError` if it is not as we know it.
    """
    wrapper = base.BaseDatabaseWrapper
    if MARK not in vars(wrapper):
        wrapper.__init__ = _watched(wrapper.__init__)
        setattr(wrapper, MARK, True)


def _watched(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it is one
        init(self, *args, **kwargs)
        self.execute_wrappers.append(_noting)

    return __init__


def _noting(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if CURRENT.get() is None:
        return execute(sql, params, many, context)
    times = len(params) if many and isinstance(params, (list, tuple)) else 1
    with query(context["connection"].alias, str(sql), times):
        return execute(sql, params, many, context)
