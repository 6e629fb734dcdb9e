"""Responses that know their template and context, and are rendered late.

Between the view and the rendering, ``process_template_response`` hooks may still change
``template_name`` and ``context_data``. Django's ``django.template.response``.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from enfilade.http import HttpResponse
from enfilade.template.engine import Context, Template
from enfilade.template.errors import ContentNotRenderedError
from enfilade.template.loader import get_template, select_template

if TYPE_CHECKING:
    from enfilade.http import HttpRequest

TemplateChoice = str | Sequence[str] | Template
PostRenderCallback = Callable[[Any], Any]


class SimpleTemplateResponse(HttpResponse):
    """A response made from a template without a request.

    ``template`` is a name, several names to choose from, or a template; ``using`` the name of
    an engine; the other options are those of :class:`~enfilade.http.HttpResponse`.
    """

    _request: "HttpRequest | None" = None

    def __init__(
        self,
        template: TemplateChoice,
        context: Context | None = None,
        content_type: str | None = None,
        status: int | None = None,
        using: str | None = None,
        **options: Any,
    ) -> None:
        self.template_name = template
        self.context_data = context
        self.using = using
        self._post_render_callbacks: list[PostRenderCallback] = []
        super().__init__("", content_type, status, **options)
        self._is_rendered = False  # the empty string above was only a stand-in

    @property
    def is_rendered(self) -> bool:
        """Whether the content is final."""
        return self._is_rendered

    def resolve_template(self, template: TemplateChoice) -> Template:
        """The template itself, from its name or names."""
        if isinstance(template, str):
            return get_template(template, self.using)
        if isinstance(template, (list, tuple)):
            return select_template(template, self.using)
        return template  # type: ignore[return-value]

    def resolve_context(self, context: Context | None) -> Context | None:
        """What the template will see; for subclasses to extend."""
        return context

    @property
    def rendered_content(self) -> str:
        """The text as it would be now; unlike :meth:`render` this leaves the response alone."""
        template = self.resolve_template(self.template_name)
        return template.render(self.resolve_context(self.context_data), self._request)

    def add_post_render_callback(self, callback: PostRenderCallback) -> None:
        """Call *callback* with the response once it is rendered, now if it is already.

        What it returns, unless ``None``, takes the response's place.
        """
        if self._is_rendered:
            callback(self)
        else:
            self._post_render_callbacks.append(callback)

    def render(self) -> HttpResponse:
        """Make the content final, once; returns the response to send."""
        if self._is_rendered:
            return self
        self.content = self.rendered_content
        response: HttpResponse = self
        for callback in self._post_render_callbacks:
            replacement = callback(response)
            response = response if replacement is None else replacement
        return response

    @property
    def content(self) -> bytes:
        """The body; raises :exc:`ContentNotRenderedError` before the response is rendered."""
        self._demand_rendered()
        return super().content

    @content.setter
    def content(self, value: Any) -> None:
        HttpResponse.content.fset(self, value)  # type: ignore[attr-defined]
        self._is_rendered = True

    def __iter__(self) -> Iterator[bytes]:
        self._demand_rendered()
        return super().__iter__()

    def __getstate__(self) -> dict[str, Any]:
        self._demand_rendered()
        gone = ("template_name", "context_data", "_post_render_callbacks", "_request")
        kept = super().__getstate__()
        return {name: value for name, value in kept.items() if name not in gone}

    def _demand_rendered(self) -> None:
        if not self._is_rendered:
            raise ContentNotRenderedError(
                f"The response with the template {self.template_name!r} has not been rendered yet.",
                hint="Call render() first, or use add_post_render_callback().",
            )


class TemplateResponse(SimpleTemplateResponse):
    """A response made from a template for a *request*, with its context processors."""

    def __init__(
        self,
        request: "HttpRequest",
        template: TemplateChoice,
        context: Context | None = None,
        content_type: str | None = None,
        status: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(template, context, content_type, status, **options)
        self._request = request
