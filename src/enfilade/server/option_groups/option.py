"""What an option is: a field of a dataclass that carries its own documentation."""

from collections.abc import Callable
from dataclasses import field
from typing import Any, TypedDict, Unpack


class Documentation(TypedDict, total=False):
    """What a field knows about itself beside its type and default.

    ``flags`` are extra spellings beside the one made from the field's name; ``auto`` finds the
    number that ``auto`` stands for; ``check`` raises :exc:`ValueError` for a value (of a tuple:
    for an item) that cannot be. Nobody is shown the value of a ``secret``.
    """

    unit: str
    flags: tuple[str, ...]
    metavar: str
    group: str
    secret: bool
    choices: tuple[str, ...]
    minimum: float
    maximum: float
    auto: Callable[[], int]
    check: Callable[[str], object]


OFF = "off"
"""What says that something is not to be, where empty means something else."""


def option(default: Any, description: str, **more: Unpack[Documentation]) -> Any:
    """A dataclass field that carries its own documentation."""
    if isinstance(default, (list, dict, set)):
        raise TypeError("an option's default is immutable; use a tuple")
    shown = not more.get("secret", False)
    return field(default=default, repr=shown, metadata={"description": description, **more})
