"""The picture of one request: the walk in, the turn, the walk out, and how it ends."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from enfilade.cli.lints import draw_lints
from enfilade.cli.picture import Picture
from enfilade.cli.terminal import MARGIN, plain, print_labelled, print_title
from enfilade.explain.facts import Facts, Stop, Visit
from enfilade.explain.foresight import Answer
from enfilade.explain.hops import describe_hop
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import Remark, Room, Tone, describe_answer

NAMES: Mapping[str, str] = MappingProxyType(
    {"middleware.in": "middleware", "middleware.view": "view hooks", "middleware.out": "middleware"}
)
"""What rooms are called where the event's name would not do."""


def draw_request(console: Console, plan: RequestPlan, reference: str) -> None:
    """Draw *plan* of the application called *reference*."""
    _Portrait(console, plan).draw(reference)


class _Portrait:
    def __init__(self, console: Console, plan: RequestPlan) -> None:
        self.console = console
        self.picture = Picture(console)
        self.facts: Facts = plan.facts
        self.rooms = {room.event: room for room in plan.rooms}

    def draw(self, reference: str) -> None:
        facts = self.facts
        self.title(reference)
        self.picture.heads("the request", "the response")
        self.pair("accept", "send")
        if facts.ends_at_the_door:
            self.pair("read", "write")
        else:
            self.single("read")
            self.pair("gateway", "write")
            self.application()
        self.picture.turn()
        self.ending()

    def application(self) -> None:
        facts = self.facts
        self.picture.threshold("PEP 3333" if facts.interface == "WSGI" else "ASGI 3")
        self.single("handler")
        if facts.is_closed:
            return
        self.single("request")
        self.picture.blank()
        self.middleware()
        if facts.resolution is not None:
            self.core()

    def title(self, reference: str) -> None:
        line = self.facts.line
        query = f"?{line.query}" if line.query else ""
        debug = ", DEBUG on" if self.facts.debug else ""
        self.console.print()
        aside = f"{reference}, {self.facts.interface}{debug}"
        print_title(self.console, plain(f"{line.method} {line.path}{query}"), aside)
        self.console.print()

    # Rooms ---------------------------------------------------------------------------------

    def pair(self, inward: str, outward: str) -> None:
        room, back = self.rooms[inward], self.rooms[outward]
        self.head(room, (back.number, name_of(back)))

    def single(self, event: str) -> None:
        self.head(self.rooms[event], None)

    def head(self, room: Room, back: tuple[int, str] | None) -> None:
        first, *others = room.remarks
        text = told(first)
        self.picture.room(room.number, name_of(room), text, back=back)
        self.remarks(others)

    def remarks(self, remarks: Sequence[Remark]) -> None:
        for remark in remarks:
            self.picture.remark(told(remark), remark.label)

    def middleware(self) -> None:
        facts, picture = self.facts, self.picture
        room, back = self.rooms["middleware.in"], self.rooms["middleware.out"]
        text = Text("" if facts.visits else "none")
        picture.room(room.number, "middleware", text, back=(back.number, "middleware"))
        if facts.door:
            picture.door(facts.door)
        hop = None
        for visit in facts.visits:
            if not visit.enters:
                break
            if visit.layer.hop != hop:
                hop = visit.layer.hop
                picture.group(hop is not None)
            self.layer(visit)
        if hop:
            picture.group(False)

    def layer(self, visit: Visit) -> None:
        layer, ends = visit.layer, visit.answer is not None and self.facts.resolution is None
        longest = max(len(each.layer.source.short) for each in self.facts.visits)
        hooks = (layer.inward, layer.outward if visit.leaves else "")
        self.picture.layer(layer.source.short, hooks, longest + 2)
        if visit.answer:
            text = Text(describe_answer(visit.answer), style=style_of(visit.answer))
            self.picture.answer(text)
        if layer.door and not ends:
            self.picture.door(layer.door)

    def core(self) -> None:
        self.picture.blank()
        for event in ("resolve", "middleware.view", "view"):
            if self.rooms[event].entered:
                self.single(event)
        out = self.rooms["middleware.out"]
        self.remarks([remark for remark in out.remarks if remark.tone is Tone.ASIDE])
        if self.rooms["render"].entered:
            self.single("render")

    # How it ends ---------------------------------------------------------------------------

    def ending(self) -> None:
        self.console.print()
        for label, text in self.last_words():
            print_labelled(self.console, label, text)
        self.console.print()
        self.stops()
        draw_lints(self.console, self.facts.lints)

    def stops(self) -> None:
        """What would have ended the request, and did not."""
        stops = [stop for stop in self.facts.stops if not (stop.happens == "yes" or _is_told(stop))]
        if not stops:
            return
        self.console.print(Text(f"{' ' * MARGIN}What would stop it", "title"))
        for stop in stops:
            label = f"{stop.step:>2} {NAMES.get(stop.event, stop.event)}"
            print_labelled(self.console, label, _describe_stop(stop), 14)
        self.console.print()

    def last_words(self) -> Iterator[tuple[str, Text]]:
        facts = self.facts
        yield "answer", Text(describe_answer(facts.answer), style=style_of(facts.answer))
        if facts.is_closed:
            return
        if facts.answer.status is None:
            yield "", Text("no view was run; it may still raise Http404", style="aside")
        if missed := ", ".join(self.missed()):
            yield "not entered", Text(missed, style="aside")
        for hop in facts.hops:
            yield "hop", Text(describe_hop(hop), style="door")
        if not facts.hops and not facts.ends_at_the_door:
            yield "hops", Text("none: everything runs where it is", style="aside")
        for hop in facts.occasional_hops:
            yield "one more", Text(describe_hop(hop), style="door")

    def missed(self) -> Iterator[str]:
        if self.facts.ends_at_the_door:
            yield "the application"
            return
        yield from (visit.layer.source.short for visit in self.facts.visits if not visit.enters)
        for room in self.rooms.values():
            if not room.entered:
                yield f"{room.number} {name_of(room)}"


def _is_told(stop: Stop) -> bool:
    """Whether the rooms of the server tell it in passing."""
    return stop.setting.startswith("limit-") or stop.setting.endswith("-timeout")


def _describe_stop(stop: Stop) -> Text:
    status = f"{stop.status or '?'} "
    style = "surprise" if stop.happens == "perhaps" else ""
    aside = f"  {stop.by}" + (f", {stop.setting}" if stop.setting else "")
    return Text.assemble((status, style), (stop.when, style), (aside, "aside"))


def name_of(room: Room) -> str:
    """How the picture calls a room."""
    return NAMES.get(room.event, room.event)


def told(remark: Remark) -> Text:
    """A remark in its style."""
    more = f"  {remark.more}" if remark.more else ""
    return Text.assemble((remark.text, remark.tone.value), (more, "aside"))


def style_of(answer: Answer) -> str:
    """Green for what the view says, yellow for a redirect, red for an error."""
    if answer.status is None:
        return "way"
    return "error" if answer.status >= 400 else "surprise"
