"""The half of a user that concerns what they may do: every backend is asked.

A permission is a text with a dot, "gazette.edit_article". Names and behaviour are those of
Django's ``PermissionsMixin``.
"""

from collections.abc import Iterable
from typing import Any

from enfilade.contrib.auth.authentication import get_backends
from enfilade.exceptions import PermissionDenied

__all__ = ["PermissionsMixin"]


class PermissionsMixin:
    """Asks the backends, one after the other; an active superuser may do everything.

    *obj* is for backends that know permissions for single objects; ``ModelBackend`` knows none.
    A backend that raises :exc:`~enfilade.exceptions.PermissionDenied` has the last word.
    """

    is_active: bool = True
    is_superuser: bool = False

    def get_user_permissions(self, obj: object = None) -> set[str]:
        """What the user may do by themselves."""
        return self._collect("get_user_permissions", obj)

    async def aget_user_permissions(self, obj: object = None) -> set[str]:
        """Twin of ``get_user_permissions``."""
        return await self._acollect("aget_user_permissions", obj)

    def get_group_permissions(self, obj: object = None) -> set[str]:
        """What the user may do by their groups."""
        return self._collect("get_group_permissions", obj)

    async def aget_group_permissions(self, obj: object = None) -> set[str]:
        """Twin of ``get_group_permissions``."""
        return await self._acollect("aget_group_permissions", obj)

    def get_all_permissions(self, obj: object = None) -> set[str]:
        """Both together."""
        return self._collect("get_all_permissions", obj)

    async def aget_all_permissions(self, obj: object = None) -> set[str]:
        """Twin of ``get_all_permissions``."""
        return await self._acollect("aget_all_permissions", obj)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the user may do *perm*."""
        return self._may_do_everything() or self._ask("has_perm", perm, obj)

    async def ahas_perm(self, perm: str, obj: object = None) -> bool:
        """Twin of ``has_perm``."""
        return self._may_do_everything() or await self._aask("ahas_perm", perm, obj)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Whether the user may do all of *perm_list*; :exc:`ValueError` for a text."""
        return all(self.has_perm(perm, obj) for perm in _checked(perm_list))

    async def ahas_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Twin of ``has_perms``."""
        for perm in _checked(perm_list):
            if not await self.ahas_perm(perm, obj):
                return False
        return True

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the user may do anything that begins with *app_label* and a dot."""
        return self._may_do_everything() or self._ask("has_module_perms", app_label)

    async def ahas_module_perms(self, app_label: str) -> bool:
        """Twin of ``has_module_perms``."""
        return self._may_do_everything() or await self._aask("ahas_module_perms", app_label)

    def _may_do_everything(self) -> bool:
        return self.is_active and self.is_superuser

    def _collect(self, method: str, obj: object) -> set[str]:
        found: set[str] = set()
        for ask in _those_with(method):
            found |= ask(self, obj)
        return found

    async def _acollect(self, method: str, obj: object) -> set[str]:
        found: set[str] = set()
        for ask in _those_with(method):
            found |= await ask(self, obj)
        return found

    def _ask(self, method: str, *question: object) -> bool:
        try:
            return any(ask(self, *question) for ask in _those_with(method))
        except PermissionDenied:
            return False

    async def _aask(self, method: str, *question: object) -> bool:
        try:
            for ask in _those_with(method):
                if await ask(self, *question):
                    return True
        except PermissionDenied:
            pass
        return False


def _those_with(method: str) -> list[Any]:
    """This method of every backend that has it."""
    return [getattr(each, method) for each in get_backends() if hasattr(each, method)]


def _checked(perm_list: Iterable[str]) -> Iterable[str]:
    if isinstance(perm_list, str) or not isinstance(perm_list, Iterable):
        raise ValueError("perm_list must be an iterable of permissions.")
    return perm_list
