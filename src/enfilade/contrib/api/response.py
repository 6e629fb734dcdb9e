"""A response that is data until it is known what the client accepts."""

from collections.abc import Iterator, Mapping
from typing import Any

from enfilade.contrib.api.renderers import Renderer
from enfilade.exceptions import DeveloperError
from enfilade.http import HttpResponse

__all__ = ["Response"]


class Response(HttpResponse):
    """*data* in whatever form the client accepts; ``None`` stands for no content at all.

    It is rendered as it leaves its API view. Until then ``content`` raises
    :exc:`~enfilade.exceptions.DeveloperError`; cookies and header fields may be set.
    """

    _rendered = False

    def __init__(
        self, data: Any = None, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status=status, headers=headers)
        if not headers or "content-type" not in map(str.lower, headers):
            del self.headers["Content-Type"]  # the renderer knows it
        self.data = data

    def render_with(self, renderer: Renderer) -> None:
        """Make the content final."""
        self._rendered = True
        if self.data is not None:
            self.headers.setdefault("Content-Type", renderer.media_type)
            self.content = renderer.render(self.data)

    def __iter__(self) -> Iterator[bytes]:
        self._check()
        return super().__iter__()

    @property
    def content(self) -> bytes:
        """The body, once it is there."""
        self._check()
        return super().content

    @content.setter
    def content(self, value: Any) -> None:
        self._set_content(value)

    def _check(self) -> None:
        if not self._rendered:
            raise DeveloperError(
                "This Response has not been rendered.",
                hint="Only an API view can return it: decorate the view with @api_view().",
            )
