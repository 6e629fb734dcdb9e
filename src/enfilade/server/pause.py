"""What a paused server says to everybody: come later, and the operator's message.

``enfilade pause`` writes it on the scoreboard, where every worker sees it with the next request.
"""

import json
from html import escape

from enfilade.protocol.head import RequestHead
from enfilade.server.porter import Answer
from enfilade.server.scoreboard import PAUSED, read_pause

DEFAULT = "This site is being worked on and will be back soon."

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>503 Service Unavailable</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0;
         padding: 0 1.5rem }}
  h1 {{ font-size: 1.5rem; line-height: 1.3 }}
  p {{ white-space: pre-line; overflow-wrap: anywhere }}
</style>
<main>
<h1>Back soon</h1>
<p>{message}</p>
</main>
</html>
"""


class PausePorter:
    """Answers every request while *server*, the server's block of the scoreboard, says so."""

    prefixes = (b"/", b"*")
    usual_prefixes = ()

    def __init__(self, server: memoryview) -> None:
        self._server = server
        self._number = 0
        self._answers: dict[str, Answer] = {}

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        number = self._server[PAUSED]
        if not number:
            return None
        if number != self._number:
            self._answers = _answers(*read_pause(self._server, number))
            self._number = number
        return self._answers[_preferred(head.fields.get("accept", ""))]


def _preferred(accept: str) -> str:
    """Browsers name HTML; who asks for JSON gets that; all others can read a sentence."""
    if "text/html" in accept:
        return "html"
    return "json" if "json" in accept else "text"


def _answers(message: str, retry_after: int) -> dict[str, Answer]:
    """What there is to say, by kind."""
    message = message or DEFAULT
    problem = {"status": 503, "title": "Service Unavailable", "detail": message}  # RFC 9457
    kinds = {
        "html": ("text/html; charset=utf-8", _PAGE.format(message=escape(message))),
        "json": ("application/problem+json", json.dumps(problem) + "\n"),
        "text": ("text/plain; charset=utf-8", f"{message}\n"),
    }
    return {
        kind: Answer(503, _headers(content_type, retry_after), text.encode("utf-8"))
        for kind, (content_type, text) in kinds.items()
    }


def _headers(content_type: str, retry_after: int) -> list[tuple[str, str]]:
    return [
        ("Content-Type", content_type),
        ("Retry-After", str(retry_after)),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept"),
        ("X-Content-Type-Options", "nosniff"),
    ]
