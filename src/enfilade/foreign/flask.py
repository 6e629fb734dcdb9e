"""The route of Flask, told on the trace that is under way."""

from typing import Any

from enfilade.trace import CURRENT


def install(signals: Any) -> None:
    """Listen to what *signals*, the module ``flask.signals``, tells of requests."""
    signals.request_started.connect(_note)


def _note(_application: Any, **_: Any) -> None:
    trace = CURRENT.get()
    if trace is not None:
        from flask import has_request_context, request

        if has_request_context() and request.url_rule is not None:
            trace.route = request.url_rule.rule
