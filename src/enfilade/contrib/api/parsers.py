"""What turns a body into ``request.data``, by media type. Anything with the two members of
:class:`Parser` will do."""

from typing import Any, Protocol

from enfilade.contrib.api.problems import Problem
from enfilade.contrib.api.strict_json import MAX_DEPTH, JSONError, parse_json
from enfilade.http import HttpRequest, QueryDict

__all__ = ["PARSERS", "FormParser", "JSONParser", "MultiPartParser", "Parser"]


class Parser(Protocol):
    """``media_type`` is lower-case and has no parameters."""

    media_type: str

    def parse(self, request: HttpRequest) -> Any:
        """The value of the body; :class:`Problem` if there is none in it."""


class JSONParser:
    """JSON. The media type has no charset: it is UTF-8 (RFC 8259, 8.1 and 11).

    Give it another *media_type* to take what is built on JSON, ``application/merge-patch+json``
    for example.
    """

    def __init__(self, media_type: str = "application/json", max_depth: int = MAX_DEPTH) -> None:
        self.media_type = media_type
        self.max_depth = max_depth

    def parse(self, request: HttpRequest) -> Any:
        """The value; a 400 says what is wrong and, of a mistake in the grammar, where."""
        try:
            return parse_json(request.body, self.max_depth)
        except JSONError as error:
            raise Problem(400, f"The body is not JSON: {error}", **error.place) from error


class FormParser:
    """``application/x-www-form-urlencoded``, by whichever method it comes."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, request: HttpRequest) -> QueryDict:
        """The fields."""
        if request.method != "POST":  # of which alone HttpRequest expects a form
            request._load_urlencoded()
        return request.POST


class MultiPartParser:
    """``multipart/form-data``, by whichever method it comes; ``request.FILES`` has the files."""

    media_type = "multipart/form-data"

    def parse(self, request: HttpRequest) -> QueryDict:
        """The fields."""
        if request.method != "POST":
            request._load_multipart()
        return request.POST


PARSERS: tuple[Parser, ...] = (JSONParser(), FormParser(), MultiPartParser())
"""What a view takes unless it says otherwise."""
