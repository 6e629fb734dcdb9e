"""Which names with an underscore a class uses itself."""

import functools
from functools import cached_property
from typing import Any

from enfilade.explain.walk.inner import inner_names


def kept(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


class Proxy:
    """Does something as soon as it is asked for anything."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("nobody is here")


class House:
    proxy = Proxy()

    @property
    def door(self) -> Any:
        return self._door

    @cached_property
    def window(self) -> Any:
        return [self._pane for _ in range(2)]

    @classmethod
    def build(cls) -> Any:
        return cls._plans

    @kept
    def close(self) -> Any:
        setattr(self, "_closed", True)  # noqa: B010 - as some write it
        return lambda: self._lock


class Villa(House):
    def swim(self) -> Any:
        return self._pool


def test_names_are_found_wherever_code_is() -> None:
    used = {"_door", "_pane", "_plans", "_closed", "_lock"}
    assert used <= inner_names(House)
    assert used | {"_pool"} <= inner_names(Villa)
    assert "_messages" not in inner_names(Villa)
