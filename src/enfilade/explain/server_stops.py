"""What ends requests in the rooms of the server: limits, deadlines, a pause, files."""

from collections.abc import Iterator

from enfilade.explain.entrance import Entrance
from enfilade.explain.facts import Stop
from enfilade.explain.nodes import NUMBERS
from enfilade.explain.server_rooms import size

READ, GATEWAY = "read", "gateway"


def server_stops(entrance: Entrance) -> tuple[Stop, ...]:
    """All of them, in the order in which a request comes to them."""
    answer = entrance.answer
    stops = tuple(_stops(entrance))
    if answer is None:
        return stops
    return tuple(stop.settled() if stop.status == answer.status else stop for stop in stops)


def _stops(entrance: Entrance) -> Iterator[Stop]:
    for status, names, when in _LIMITS:
        most = [each for each in entrance.sizes if each.limit in names and each.most]
        if most:
            yield _of(
                entrance, READ, status, when.format(_bounds(most[0].limit, most[0].most)), names[0]
            )
    if seconds := _number(entrance, "head-timeout"):
        yield _of(entrance, READ, 408, f"if its head takes longer than {seconds} s", "head-timeout")
    if (control := entrance.option("control")) and control.value != "none":
        yield _of(entrance, READ, 503, "while the server is paused", "control", "perhaps")
    static = entrance.option("static")
    if static and static.value != "none" and not entrance.trouble:
        yield _of(entrance, READ, 200, "if its path is that of a file that is served", "static")
    if seconds := _number(entrance, "queue-timeout"):
        when = f"if it waits longer than {seconds} s for a thread"
        yield _of(entrance, GATEWAY, 503, when, "queue-timeout", "perhaps")
    if seconds := _number(entrance, "application-timeout"):
        when = f"if its answer has not begun after {seconds} s"
        yield _of(entrance, GATEWAY, 504, when, "application-timeout", "perhaps")


_LIMITS = (
    (414, ("limit-line",), "if its first line has more than {}"),
    (431, ("limit-head",), "if its head has more than {}"),
    (431, ("limit-fields",), "if it has more than {} fields"),
    (431, ("limit-field",), "if a header field has more than {}"),
    (413, ("limit-body",), "if its body has more than {}"),
)


def _bounds(limit: str, most: int) -> str:
    return str(most) if limit == "limit-fields" else size(most)


def _number(entrance: Entrance, name: str) -> str:
    option = entrance.option(name)
    return "" if option is None or option.value == "0" else option.value


def _of(
    entrance: Entrance, event: str, status: int, when: str, name: str, happens: str = "no"
) -> Stop:
    option = entrance.option(name)
    source = None if option is None else option.source
    return Stop(NUMBERS[event], event, "the server", when, status, happens, name, source)
