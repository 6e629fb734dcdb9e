"""What one request meets in the rooms of the server, by its options; :mod:`enfilade.explain.rooms`
has what is true of every server."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from enfilade.explain.entrance import Entrance, Size
from enfilade.explain.facts import Facts
from enfilade.explain.rooms import Remark, Tone, describe_answer

Remarks = Iterator[Remark]

KIB = 1024


def remarks_of(event: str, facts: Facts) -> Remarks:
    """What is to be said of the room of *event*, where a server is known."""
    if facts.entrance is not None:
        yield from _FURNITURE[event](facts.entrance, facts)


def size(number: int) -> str:
    """A number of bytes as a person reads it: whole numbers only."""
    for unit, many in (("GiB", KIB**3), ("MiB", KIB**2), ("KiB", KIB)):
        if number and number % many == 0:
            return f"{number // many} {unit}"
    return f"{number} bytes"


def _accept(entrance: Entrance, facts: Facts) -> Remarks:
    bind, workers = entrance.option("bind"), entrance.option("workers")
    threads = entrance.option("threads")
    if bind is not None:
        yield Remark(bind.value, label="at", more=bind.origin)
    if workers is not None:
        many = f"{workers.value} worker{'' if workers.value == '1' else 's'}"
        beside = f" of {threads.value} threads" if threads else ""
        origins = [each.origin for each in (workers, threads) if each]
        yield Remark(f"{many}{beside}", label="to", more=", ".join(filter(None, origins)))


def _read(entrance: Entrance, facts: Facts) -> Remarks:
    if entrance.trouble:
        yield Remark(entrance.trouble, Tone.SURPRISE, "does not start:")
    if entrance.sizes:
        sizes = [size for size in entrance.sizes if size.limit != "limit-field"]
        yield Remark(", ".join(map(_measured, sizes)), label="limits:")
    if (slow := entrance.option("head-timeout")) is not None:
        rate = entrance.option("body-rate")
        least = f", a body at {rate.value} bytes a second" if rate else ""
        text = f"the head within {slow.value} s{least}"
        yield Remark(text, label="deadlines:", more=slow.origin)
    if file := entrance.file:
        static = entrance.option("static")
        kind = ", ".join(filter(None, [file.coding, f"below {file.prefix}"]))
        mounted = static.origin if static and file.prefix.rstrip("/") in static.value else ""
        yield Remark(file.name, Tone.WAY, "file:", more=f"{kind}  {mounted}".rstrip())
    elif entrance.no_file:
        yield Remark(entrance.no_file, Tone.ASIDE)
    if entrance.answer is not None:
        yield Remark(describe_answer(entrance.answer), Tone.SURPRISE, "ends here")


def _measured(of: Size) -> str:
    name = of.limit.removeprefix("limit-")
    if name == "fields":
        return f"{of.has} of {of.most or 'any number of'} fields"
    return f"{name} {of.has} of {size(of.most) if of.most else 'any number of bytes'}"


def _gateway(entrance: Entrance, facts: Facts) -> Remarks:
    trusted, fields = entrance.option("trusted-proxies"), entrance.option("forwarded")
    if trusted is not None and fields is not None:
        text = f"{fields.value.replace(' ', ', ')} of {trusted.value.replace(' ', ', ')}"
        yield Remark(text, Tone.ASIDE, "believes:", more=trusted.origin or fields.origin)
    if entrance.believed:
        yield Remark(", ".join(entrance.believed), label="believed here:")
    if entrance.withheld:
        yield Remark(", ".join(entrance.withheld), Tone.SURPRISE, "taken out:")
    threads, late = entrance.option("threads"), entrance.option("application-timeout")
    if threads is not None and late is not None:
        patience = f"504 after {late.value} s" if late.value != "0" else "for as long as it takes"
        text = f"one of {threads.value}; {patience}"
        yield Remark(text, label="thread:", more=late.origin)


def _nothing(entrance: Entrance, facts: Facts) -> Remarks:
    yield from ()


def _write(entrance: Entrance, facts: Facts) -> Remarks:
    if (patience := entrance.option("write-timeout")) is not None:
        text = f"a reader that takes nothing for {patience.value} s is dropped"
        yield Remark(text, Tone.ASIDE, more=patience.origin)


def _send(entrance: Entrance, facts: Facts) -> Remarks:
    if (patience := entrance.option("keep-alive")) is not None:
        text = f"the connection is kept for {patience.value} s"
        yield Remark(text, Tone.ASIDE, more=patience.origin)


_FURNITURE: Mapping[str, Callable[[Entrance, Facts], Remarks]] = MappingProxyType(
    {"accept": _accept, "read": _read, "gateway": _gateway, "write": _write, "send": _send}
)
