"""A response that is data until it is known what the client accepts."""

from collections.abc import Mapping
from typing import Any, NoReturn

from enfilade.contrib.api.renderers import Renderer
from enfilade.exceptions import DeveloperError
from enfilade.http import HttpResponse

__all__ = ["Response"]


def _outside(response: "Response") -> NoReturn:
    raise DeveloperError(
        "This Response has not been rendered.",
        hint="Only an API view can return it: decorate the view with @api_view().",
    )


class Response(HttpResponse):
    """*data* in whatever form the client accepts; ``None`` stands for no content at all.

    It is rendered as it leaves its API view; until then its ``content`` is empty. Cookies and
    header fields may be set at any time.
    """

    render: Any = _outside  # the walk calls it, if no API view has rendered the response

    def __init__(
        self, data: Any = None, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status=status, headers=headers)
        if not headers or "content-type" not in map(str.lower, headers):
            del self.headers["Content-Type"]  # the renderer knows it
        self.data = data

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "data": None}

    def render_with(self, renderer: Renderer) -> None:
        """Make the content final."""
        if self.data is not None:
            self.headers.setdefault("Content-Type", renderer.media_type)
            self.content = renderer.render(self.data)
        self.render = None
