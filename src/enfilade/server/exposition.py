"""Prometheus' text format (version 0.0.4): families of samples, and histograms in seconds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FINEST = 6
"""The first bucket counts what is below 2⁶ µs: finer ones would tell nothing of a request."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """What is measured, and its values by their labels. *kind* is ``counter``, ``gauge`` or
    ``histogram``; the samples of a histogram have names that go on after *name*."""

    name: str
    kind: str
    help: str
    samples: Sequence[tuple[str, Labels, float]]


def gauge(name: str, text: str, value: float) -> Family:
    """A value that goes up and down."""
    return Family(name, "gauge", text, [("", {}, value)])


def counter(name: str, text: str, value: float) -> Family:
    """A value that only grows; *name* ends in ``_total``."""
    return Family(name, "counter", text, [("", {}, value)])


def histogram(name: str, text: str, buckets: Sequence[int], total: float) -> Family:
    """Durations in seconds whose sum is *total*: bucket *n* has those of less than 2ⁿ µs that no
    smaller one has, and the last those that are longer."""
    samples: list[tuple[str, Labels, float]] = []
    count = sum(buckets[:FINEST])
    for power, more in enumerate(buckets[FINEST:-1], FINEST):
        count += more
        samples.append(("_bucket", {"le": f"{2**power / 1e6:g}"}, count))
    count += buckets[-1]
    samples.append(("_bucket", {"le": "+Inf"}, count))
    samples += [("_sum", {}, total), ("_count", {}, count)]
    return Family(name, "histogram", text, samples)


def expose(families: Iterable[Family]) -> bytes:
    """*families* as Prometheus reads them."""
    return "".join(line for family in families for line in _lines(family)).encode("utf-8")


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for suffix, labels, value in family.samples:
        yield f"{family.name}{suffix}{_labels(labels)} {value!r}\n"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quote=True)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quote else text
