"""How looking up a path, or a name, ends when there is no answer."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from enfilade.exceptions import DeveloperError, Http404

if TYPE_CHECKING:
    from enfilade.urls.explain import Explanation
    from enfilade.urls.resolvers import URLResolver


class Miss(Mapping[str, Any]):
    """What a 404 page may ask about a path that no route matches: ``path`` and ``tried``.

    ``tried`` walks every route, so it is worked out only when somebody reads it.
    """

    __slots__ = ("path", "resolver")

    def __init__(self, resolver: "URLResolver", path: str) -> None:
        self.resolver = resolver
        self.path = path

    def __getitem__(self, key: str) -> Any:
        if key == "path":
            return self.path.removeprefix("/")
        if key == "tried":
            return self.resolver.tried(self.path)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(("path", "tried"))

    def __len__(self) -> int:
        return 2

    def __repr__(self) -> str:
        return f"No route matches {self.path!r}."


class Resolver404(Http404):
    """No route matches the path; ``args[0]`` is a mapping with ``path`` and ``tried``."""

    def __init__(self, miss: Miss) -> None:
        super().__init__(miss)
        self.miss = miss

    @property
    def path(self) -> str:
        """The path that was looked up, with its leading slash."""
        return self.miss.path

    @property
    def tried(self) -> list[list[Any]]:
        """The routes that Django's walk would have tried, each with the includes around it."""
        tried: list[list[Any]] = self.miss["tried"]
        return tried

    def explain(self) -> "Explanation":
        """Why every route lost."""
        return self.miss.resolver.explain(self.miss.path)


class NoReverseMatch(DeveloperError):
    """No route has this name, or none of that name takes these arguments."""
