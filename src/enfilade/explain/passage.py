"""The middleware's way in and out, as one request takes it (steps 6 and 11)."""

from collections.abc import Callable, Sequence

from enfilade.explain.facts import Visit
from enfilade.explain.foresight import Answer, foresee_inward, foresee_outward
from enfilade.explain.plan import describe_layers
from enfilade.http import HttpRequest
from enfilade.middleware.chain import Chain, Layer

Passage = tuple[tuple[Visit, ...], Answer, Answer]
"""The visits, the answer made innermost, and the one that comes out."""


def pass_through(chain: Chain, request: HttpRequest, core: Callable[[], Answer]) -> Passage:
    """Walk *request* through *chain*; *core* is asked only if no middleware answers before."""
    depth, stop = _inward(chain.layers, request)
    made = stop or core()
    # A layer whose process_request fails is left by no process_response of its own.
    leaving = depth + (stop is not None and not stop.failed)
    answers, answer = _outward(chain.layers[:leaving], request, made)
    if stop is not None:
        answers.setdefault(depth, stop)
    visits = [
        Visit(layer, place <= depth, place < leaving, answers.get(place))
        for place, layer in enumerate(describe_layers(chain))
    ]
    return tuple(visits), made, answer


def _inward(layers: Sequence[Layer], request: HttpRequest) -> tuple[int, Answer | None]:
    """How many layers let the request pass, and the answer of the one that does not."""
    for depth, layer in enumerate(layers):
        if stop := foresee_inward(layer, request):
            return depth, stop
    return len(layers), None


def _outward(
    layers: Sequence[Layer], request: HttpRequest, answer: Answer
) -> tuple[dict[int, Answer], Answer]:
    """The answers that layers put in the place of another, by depth, and the last of them."""
    answers = {}
    for place, layer in reversed(list(enumerate(layers))):
        if replaced := foresee_outward(layer, request, answer):
            answers[place] = answer = replaced
    return answers, answer
