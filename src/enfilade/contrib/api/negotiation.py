"""Which media types a view takes and offers, and the choice between them (RFC 9110, 12.5.1)."""

from collections.abc import Iterable
from functools import lru_cache

from enfilade.contrib.api.parsers import Parser
from enfilade.contrib.api.problems import Problem
from enfilade.contrib.api.renderers import Renderer
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, MediaType
from enfilade.http.media_types import parse_accept

__all__ = ["Formats", "choose"]


class Formats:
    """The parsers and renderers of a view. Made once; raises
    :exc:`~enfilade.exceptions.ImproperlyConfigured` where there is no renderer."""

    def __init__(self, parsers: Iterable[Parser], renderers: Iterable[Renderer]) -> None:
        self.parsers = {parser.media_type: parser for parser in parsers}
        self.renderers = tuple(renderers)
        self.offers = tuple(renderer.media_type for renderer in self.renderers)
        if not self.renderers:
            raise ImproperlyConfigured(
                "An API view has no renderers, so it cannot answer.",
                hint="Leave renderers out for JSON alone, or name at least one.",
            )

    def renderer_for(self, request: HttpRequest) -> Renderer:
        """The renderer that the client wants most; 406 with what there is, if it wants none."""
        accept = request.META.get("HTTP_ACCEPT")
        if not accept or accept == "*/*":
            return self.renderers[0]
        place = choose(accept, self.offers)
        if place is None:
            detail = f"Nothing that Accept names is offered. What is: {', '.join(self.offers)}."
            raise Problem(406, detail, headers={"Vary": "Accept"}, available=self.offers)
        return self.renderers[place]

    def parser_for(self, request: HttpRequest) -> Parser | None:
        """The parser of the body; ``None`` if there is neither parser nor body, else 415 with
        what is taken instead."""
        coding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
        if coding.lower() != "identity":
            detail = f"The content coding {coding} is not understood here; send none."
            raise Problem(415, detail, headers={"Accept-Encoding": "identity"})
        parser = self.parsers.get(request.content_type or "")
        if parser is None and not _is_empty(request):
            raise self._unsupported(request)
        return parser

    def _unsupported(self, request: HttpRequest) -> Problem:
        taken = ", ".join(self.parsers)
        # The response field of RFC 9110, 12.5.1, and what came before it: RFC 5789, 3.1, and
        # W3C's Linked Data Platform, 7.1.
        fields = ["Accept"]
        if request.method in ("POST", "PATCH"):
            fields.append(f"Accept-{request.method.title()}")
        sent = request.content_type or "Content without a media type"
        detail = f"{sent} cannot be parsed here. What can: {taken}."
        return Problem(415, detail, headers=dict.fromkeys(fields, taken))


def _is_empty(request: HttpRequest) -> bool:
    length: str = request.META.get("CONTENT_LENGTH") or ""
    return length == "0" or (not length and not request.body)


@lru_cache(maxsize=256)
def choose(accept: str, offers: tuple[str, ...]) -> int | None:
    """Which of *offers* the field value *accept* gives the most weight; the first in a tie.

    The weight of an offer is that of the most specific range it lies in, so that one of ``q=0``
    excludes what a wider range would take.
    """
    ranges = list(parse_accept(accept))
    weights = [_weight(MediaType(offer), ranges) for offer in offers]
    best = max(weights)
    return weights.index(best) if best else None


def _weight(offer: MediaType, ranges: Iterable[MediaType]) -> float:
    matching = [(each.specificity, each.quality) for each in ranges if offer.match(each)]
    return max(matching)[1] if matching else 0
