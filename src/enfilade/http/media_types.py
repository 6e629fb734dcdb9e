"""Media types and the choice between them (RFC 9110, 8.3.1 and 12.5.1)."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

from enfilade.http.headers import HttpHeaders
from enfilade.http.lazy import lazy
from enfilade.http.parameters import parse_header_parameters

__all__ = ["ContentNegotiation", "MediaType", "parse_accept"]

M = TypeVar("M", bound=str)


class MediaType:
    """One media type or range: ``text/html;level=1;q=0.5``, ``text/*``, ``*/*``."""

    def __init__(self, media_type_raw_line: str) -> None:
        full_type, self.params = parse_header_parameters(media_type_raw_line or "")
        self.main_type, _, self.sub_type = full_type.partition("/")

    def __str__(self) -> str:
        sub_type = f"/{self.sub_type}" if self.sub_type else ""
        params = "".join(f"; {name}={value}" for name, value in self.params.items())
        return f"{self.main_type}{sub_type}{params}"

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__}: {self}>"

    @lazy
    def range_params(self) -> dict[str, str]:
        """The parameters of the type itself, its weight not among them."""
        return {name: value for name, value in self.params.items() if name != "q"}

    def match(self, other: "MediaType | str") -> bool:
        """Whether this type lies in the range *other*.

        Parameters that *other* has must be this type's, each of them and no others.
        """
        if not other:
            return False
        if not isinstance(other, MediaType):
            other = MediaType(other)
        if not (
            _overlap(self.main_type, other.main_type) and _overlap(self.sub_type, other.sub_type)
        ):
            return False
        return not other.range_params or other.range_params == self.range_params

    @lazy
    def quality(self) -> float:
        """The weight ``q``: 0 (not acceptable) to 1, which is also that of a malformed one."""
        try:
            quality = float(self.params.get("q", 1))
        except ValueError:
            return 1
        return round(quality, 3) if 0 <= quality <= 1 else 1

    @property
    def specificity(self) -> int:
        """0 for ``*/*``, 1 for ``text/*``, 2 for ``text/html``, 3 with parameters."""
        if self.main_type == "*":
            return 0
        if self.sub_type == "*":
            return 1
        return 3 if self.range_params else 2


def _overlap(one: str, other: str) -> bool:
    return bool(one and other) and (one == other or one == "*" or other == "*")


def parse_accept(field_value: str) -> Iterator[MediaType]:
    """The media ranges of ``Accept``, as they come; one that cannot be decoded is left out."""
    for text in field_value.split(","):
        if text.strip():
            try:
                yield MediaType(text)
            except ValueError:  # a parameter that cannot be decoded: nothing we could serve
                continue


class ContentNegotiation:
    """The part of a request that knows what the client accepts."""

    headers: HttpHeaders

    @lazy
    def accepted_types(self) -> list[MediaType]:
        """The acceptable ranges of ``Accept``, most wanted first."""
        accepted = [
            media_type
            for media_type in parse_accept(self.headers.get("Accept", "*/*"))
            if media_type.quality != 0
        ]
        return sorted(accepted, key=attrgetter("quality", "specificity"), reverse=True)

    @lazy
    def accepted_types_by_precedence(self) -> list[MediaType]:
        """The same, most specific first."""
        by = attrgetter("specificity", "quality")
        return sorted(self.accepted_types, key=by, reverse=True)

    def accepted_type(self, media_type: str) -> MediaType | None:
        """The most specific acceptable range that *media_type* lies in."""
        wanted = MediaType(media_type)
        return next(filter(wanted.match, self.accepted_types_by_precedence), None)

    def get_preferred_type(self, media_types: Sequence[M]) -> M | None:
        """The one of *media_types* that the client wants most; the earlier one in a tie."""
        order = self.accepted_types
        offers = [
            (order.index(accepted), media_type)
            for media_type in media_types or ()
            if (accepted := self.accepted_type(media_type)) is not None
        ]
        return min(offers, key=lambda offer: offer[0])[1] if offers else None

    def accepts(self, media_type: str) -> bool:
        """Whether the client accepts *media_type*."""
        return self.accepted_type(media_type) is not None
