"""What a response has in it."""

from typing import Any

from enfilade.test.assertions.html import parse_html
from enfilade.test.assertions.settled import settled

LONGEST = 2000
"""Characters of a body that a failure shows."""


def assertContains(
    response: Any,
    text: Any,
    count: int | None = None,
    status_code: int = 200,
    msg_prefix: str = "",
    html: bool = False,
) -> None:
    """*response* has *status_code*, and *text* in its body, *count* times or at least once.

    *text* is bytes, or anything with a text. With *html* both are compared as HTML.
    """
    found, body = _count(response, text, status_code, msg_prefix, html)
    if count is None and not found:
        raise AssertionError(f"{_prefix(msg_prefix)}Couldn't find {text!r} in {body}")
    if count is not None and found != count:
        raise AssertionError(
            f"{_prefix(msg_prefix)}Found {found} instances of {text!r} (expected {count}) in {body}"
        )


def assertNotContains(
    response: Any, text: Any, status_code: int = 200, msg_prefix: str = "", html: bool = False
) -> None:
    """*response* has *status_code*, and *text* nowhere in its body."""
    found, body = _count(response, text, status_code, msg_prefix, html)
    if found:
        raise AssertionError(f"{_prefix(msg_prefix)}{text!r} unexpectedly found in {body}")


def _count(
    response: Any, text: Any, status_code: int, msg_prefix: str, html: bool
) -> tuple[int, str]:
    """How often, and the body as failures show it."""
    if callable(getattr(response, "render", None)) and not response.is_rendered:
        response.render()
    if response.status_code != status_code:
        raise AssertionError(
            f"{_prefix(msg_prefix)}Couldn't retrieve content: Response code was "
            f"{response.status_code} (expected {status_code})"
        )
    content = _content(response)
    shown = f"the following response:\n{_shortened(content, response.charset)}"
    if isinstance(text, bytes) and not html:
        return content.count(text), shown
    body = content.decode(response.charset)
    if html:
        needle = parse_html(str(text), "Second argument")
        return parse_html(body, "Response's content").count(needle), shown
    return body.count(str(text)), shown


def _content(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    if response.is_async:
        return bytes(settled(_gathered(response)))
    return b"".join(response.streaming_content)


async def _gathered(response: Any) -> bytes:
    return b"".join([part async for part in response.streaming_content])


def _shortened(content: bytes, charset: str) -> str:
    text = content.decode(charset, "backslashreplace")
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text) - LONGEST} more characters)"


def _prefix(text: str) -> str:
    return f"{text}: " if text else ""
