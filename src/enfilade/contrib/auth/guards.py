"""What a view's decorators say of whom they keep out, for those who look at it without calling."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Guard"]


@dataclass(frozen=True, slots=True)
class Guard:
    """``by`` keeps out ``whom``, such as "who has not signed in".

    They are sent to ``login_url`` (``None`` stands for ``LOGIN_URL``), or with ``forbids`` get
    a 403. A decorator leaves it in the attribute ``guards`` of a view, outermost first.
    """

    by: str
    whom: str
    login_url: Any = None
    redirect_field_name: str | None = None
    forbids: bool = False
