"""``user`` and ``perms`` for templates: ``{% if perms.gazette.edit_article %}``.

Neither asks anything before a template does. In a coroutine, where a template cannot wait, the
view awaits what the template is to show: ``user = await request.auser()``, and ``await
user.aget_all_permissions()`` for ``perms``.
"""

from typing import Any, NoReturn

from enfilade.contrib.auth.users import AnonymousUser
from enfilade.http import HttpRequest

__all__ = ["PermLookupDict", "PermWrapper", "auth"]


def auth(request: HttpRequest) -> dict[str, Any]:
    """``user`` (anonymous, if no middleware says who it is) and ``perms``."""
    user = PromisedUser(request) if HttpRequest.user.expected(request) else AnonymousUser()
    return {"user": user, "perms": PermWrapper(user)}


class PromisedUser:
    """Stands for ``request.user``, and asks for it when something is asked of it."""

    __slots__ = ("_request",)

    def __init__(self, request: HttpRequest) -> None:
        object.__setattr__(self, "_request", request)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._request.user)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request.user, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._request.user, name, value)

    def __str__(self) -> str:
        return str(self._request.user)

    def __repr__(self) -> str:
        return repr(self._request.user)

    def __bool__(self) -> bool:
        return bool(self._request.user)

    def __eq__(self, other: object) -> bool:
        mine: bool = self._request.user == other
        return mine

    def __hash__(self) -> int:
        return hash(self._request.user)


class PermLookupDict:
    """``perms.gazette``: true if the user may do anything there; what it has is yes or no."""

    def __init__(self, user: Any, app_label: str) -> None:
        self._user = user
        self._app_label = app_label

    def __repr__(self) -> str:
        return str(self._user.get_all_permissions())

    def __getitem__(self, perm_name: str) -> bool:
        return bool(self._user.has_perm(f"{self._app_label}.{perm_name}"))

    def __iter__(self) -> NoReturn:
        raise TypeError("PermLookupDict is not iterable.")

    def __bool__(self) -> bool:
        return bool(self._user.has_module_perms(self._app_label))


class PermWrapper:
    """``perms``: one :class:`PermLookupDict` for each part of the site."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({self._user!r})"

    def __getitem__(self, app_label: str) -> PermLookupDict:
        return PermLookupDict(self._user, app_label)

    def __iter__(self) -> NoReturn:
        raise TypeError("PermWrapper is not iterable.")

    def __contains__(self, perm_name: str) -> bool:
        """``"gazette" in perms`` and ``"gazette.edit_article" in perms``."""
        app_label, dot, name = perm_name.partition(".")
        return self[app_label][name] if dot else bool(self[app_label])
