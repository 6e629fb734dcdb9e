"""Who knows users: backends, which ``authenticate()`` and ``user.has_perm()`` ask in turn.

A backend has some of these methods; :class:`BaseBackend` has all of them, and a twin of each that
runs it in a thread.
"""

from typing import Any

from enfilade.bridge import in_thread
from enfilade.contrib.auth.errors import UserDoesNotExist
from enfilade.contrib.auth.hashers import make_password
from enfilade.contrib.auth.store import get_user_store

__all__ = [
    "AllowAllUsersModelBackend",
    "AllowAllUsersRemoteUserBackend",
    "BaseBackend",
    "ModelBackend",
    "RemoteUserBackend",
]


class BaseBackend:
    """Knows nobody, and lets nobody do anything."""

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """The user with these credentials, or ``None``.

        A backend names the credentials that it takes. It may raise
        :exc:`~enfilade.exceptions.PermissionDenied`: then no other is asked.
        """
        return None

    async def aauthenticate(self, request: Any, **credentials: Any) -> Any:
        """Twin of ``authenticate``."""
        return await in_thread(self.authenticate)(request, **credentials)

    def get_user(self, user_id: Any) -> Any:
        """The user with this ``pk``, of which a session has the text; or ``None``."""
        return None

    async def aget_user(self, user_id: Any) -> Any:
        """Twin of ``get_user``."""
        return await in_thread(self.get_user)(user_id)

    def get_user_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """What the user may do by themselves."""
        return set()

    async def aget_user_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_user_permissions``."""
        return await in_thread(self.get_user_permissions)(user_obj, obj)

    def get_group_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """What the user may do by their groups."""
        return set()

    async def aget_group_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_group_permissions``."""
        return await in_thread(self.get_group_permissions)(user_obj, obj)

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Both together."""
        mine = self.get_user_permissions(user_obj, obj)
        return mine | self.get_group_permissions(user_obj, obj)

    async def aget_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_all_permissions``."""
        return await in_thread(self.get_all_permissions)(user_obj, obj)

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the user may do *perm*."""
        return perm in self.get_all_permissions(user_obj, obj)

    async def ahas_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Twin of ``has_perm``."""
        return await in_thread(self.has_perm)(user_obj, perm, obj)


class ModelBackend(BaseBackend):
    """Knows the users of ``AUTH_USER_STORE`` by name and password.

    What a user may do is asked of the store once and kept on the user object.
    """

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The active user with this name and password. It takes as long to find that there is
        none of this name."""
        store = get_user_store()
        name = kwargs.get(store.model.USERNAME_FIELD) if username is None else username
        if name is None or password is None:
            return None
        try:
            user = store.get_by_natural_key(name)
        except UserDoesNotExist:
            make_password(password)
            return None
        fits = user.check_password(password) and self.user_can_authenticate(user)
        return user if fits else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the user is active; users of a site's own need not have that attribute."""
        return bool(getattr(user, "is_active", True))

    def get_user(self, user_id: Any) -> Any:
        """The active user with this ``pk``, or ``None``."""
        try:
            user = get_user_store().get(pk=user_id)
        except UserDoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None

    def get_user_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """What the user may do by themselves; nothing if they are not active, or of single
        objects."""
        return self._remembered(user_obj, obj, "user")

    def get_group_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """What the user may do by their groups; likewise."""
        return self._remembered(user_obj, obj, "group")

    async def aget_user_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_user_permissions``; without a thread, once it is known."""
        await self._ask(user_obj, obj)
        return self.get_user_permissions(user_obj, obj)

    async def aget_group_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_group_permissions``; likewise."""
        await self._ask(user_obj, obj)
        return self.get_group_permissions(user_obj, obj)

    async def aget_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Twin of ``get_all_permissions``; likewise."""
        await self._ask(user_obj, obj)
        return self.get_all_permissions(user_obj, obj)

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the user is active and may do *perm*."""
        return bool(user_obj.is_active) and super().has_perm(user_obj, perm, obj)

    async def ahas_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Twin of ``has_perm``; without a thread, once it is known."""
        await self._ask(user_obj, obj)
        return self.has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the user is active and may do anything of this part of the site."""
        return bool(user_obj.is_active) and any(
            perm.partition(".")[0] == app_label for perm in self.get_all_permissions(user_obj)
        )

    async def ahas_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Twin of ``has_module_perms``; without a thread, once it is known."""
        await self._ask(user_obj, None)
        return self.has_module_perms(user_obj, app_label)

    def _remembered(self, user_obj: Any, obj: object, kind: str) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        name = f"_{kind}_perm_cache"
        if name not in user_obj.__dict__:
            ask = getattr(get_user_store(), f"{kind}_permissions")
            setattr(user_obj, name, ask(user_obj))
        remembered: set[str] = getattr(user_obj, name)
        return set(remembered)

    async def _ask(self, user_obj: Any, obj: object) -> None:
        """Have the store asked in a thread, if there is anything to ask it yet."""
        if obj is None and user_obj.is_active and not user_obj.is_anonymous:
            known = user_obj.__dict__.keys()
            if not {"_user_perm_cache", "_group_perm_cache"} <= known:
                await in_thread(self.get_all_permissions)(user_obj)


class AllowAllUsersModelBackend(ModelBackend):
    """The same, for users who are not active, too."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Always."""
        return True


class RemoteUserBackend(ModelBackend):
    """Believes the name that the web server gives, after ``RemoteUserMiddleware`` took it."""

    create_unknown_user = True
    """Whether a name that is new makes a user."""

    def authenticate(self, request: Any, remote_user: str | None) -> Any:  # type: ignore[override]
        """The active user of this name, made if need be; or ``None``."""
        if not remote_user:
            return None
        user, created = self._find(remote_user)
        return self._if_welcome(self.configure_user(request, user, created=created))

    async def aauthenticate(self, request: Any, remote_user: str | None) -> Any:  # type: ignore[override]
        """Twin of ``authenticate``."""
        if not remote_user:
            return None
        user, created = await in_thread(self._find)(remote_user)
        return self._if_welcome(await self.aconfigure_user(request, user, created=created))

    def _if_welcome(self, user: Any) -> Any:
        return user if user is not None and self.user_can_authenticate(user) else None

    def _find(self, remote_user: str) -> tuple[Any, bool]:
        store, username = get_user_store(), self.clean_username(remote_user)
        if self.create_unknown_user:
            return store.get_or_create(username)
        try:
            return store.get_by_natural_key(username), False
        except UserDoesNotExist:
            return None, False

    def clean_username(self, username: str) -> str:
        """The name to look for; a subclass may cut a realm off."""
        return username

    def configure_user(self, request: Any, user: Any, created: bool = True) -> Any:
        """The user, whom a subclass may change, at every sign-in; ``None`` if there is none of
        this name."""
        return user

    async def aconfigure_user(self, request: Any, user: Any, created: bool = True) -> Any:
        """Twin of ``configure_user``."""
        return await in_thread(self.configure_user)(request, user, created=created)


class AllowAllUsersRemoteUserBackend(RemoteUserBackend):
    """The same, for users who are not active, too."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Always."""
        return True
