"""In which step of the walk did a request fail? Read from its trace if it has one, which knows,
else from the traceback.

The frames are followed from the outside inward, as the request walked: each room it enters
moves the answer on, until the view, a rendering or a middleware hook is reached. What those
call in turn (``reverse()`` in a view, say) happens inside their step.
"""

from collections.abc import Iterator
from types import CodeType, TracebackType

from enfilade.lifecycle import EVENTS, Step, step
from enfilade.trace import RAISED, Trace

_HOOKS = {
    "process_request": "middleware.in",
    "process_view": "middleware.view",
    "process_template_response": "render",
    "process_response": "middleware.out",
    "process_exception": "middleware.out",
}

_WALK = {
    "resolve": "resolve",
    "answer": "middleware.view",
    "aanswer": "middleware.view",
    "run_view": "view",
    "arun_view": "view",
    "recover": "middleware.out",
    "render": "render",
    "arender": "render",
}
"""The functions of the handlers' walk, by the step each of them is."""

_ROOMS = {
    "middleware": "middleware.in",
    "urls": "resolve",
    "views": "view",
    "template": "render",
}

_ARRIVED = frozenset({"view", "render"})
_BETWEEN = ("asgiref", "asyncio", "concurrent", "contextlib", "functools", "threading")

Frame = tuple[str, CodeType]


def traced_failure(trace: Trace, exception: BaseException) -> tuple[Step, str] | None:
    """The step that *exception* ended, and the piece of the walk, by its name in *trace*; ``None``
    if nothing there was ended by one like it."""
    kind = type(exception).__name__
    ended = [
        event
        for event in trace.events
        if event.outcome == RAISED
        and event.event in EVENTS
        and event.detail.partition(":")[0] == kind
    ]
    if not ended:
        return None
    innermost = max(ended, key=lambda event: event.at)
    return step(innermost.event), innermost.node


def lifecycle_step(tb: TracebackType | None, *, resolved: bool = False) -> Step:
    """The step in which the exception of *tb* was raised; the handler's if nothing tells.

    *resolved* says that the request has a ``resolver_match``: a middleware without hooks that
    fails after that has failed on the way out.
    """
    event = "handler"
    for module, code in _frames(tb):
        room = _room(module)
        hook = _HOOKS.get(code.co_name)
        if hook and room not in ("handlers", "urls", "http"):
            return step(hook)
        if room is None:
            if module.partition(".")[0] in _BETWEEN:
                continue
            break
        event = _enter(event, room, code.co_name)
        if event in _ARRIVED:
            break
    else:
        if event == "middleware.view":  # no hook failed: the walk did not like the view's answer
            event = "view"
    return step("middleware.out" if event == "middleware.in" and resolved else event)


def _frames(tb: TracebackType | None) -> Iterator[Frame]:
    while tb is not None:
        yield tb.tb_frame.f_globals.get("__name__") or "", tb.tb_frame.f_code
        tb = tb.tb_next


def _room(module: str) -> str | None:
    """The room of a module of this package, ``None`` for anybody else's."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "enfilade" else None


def _enter(event: str, room: str, function: str) -> str:
    if room == "handlers":
        return _WALK.get(function, event)
    if room == "middleware" and event != "handler":
        return event  # the chain's own frames on the way to a view hook
    return _ROOMS.get(room, event)
