"""Families of samples, histograms in seconds among them, in the two formats that Prometheus reads.

Its own text format, version 0.0.4, is what everybody understands. OpenMetrics, version 1.0.0
(https://prometheus.io/docs/specs/om/open_metrics_spec/), can also point from a bucket of a
histogram to a request that fell into it, an *exemplar*.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from enfilade.server.scoreboard import BUCKETS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text"
OPENMETRICS_TYPE = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"

FINEST = 6
"""The first bucket counts what is below 2⁶ µs: finer ones would tell nothing of a request."""

BOUNDS = tuple(f"{2**power / 1e6:g}" for power in range(FINEST, BUCKETS - 1))
"""Up to how many seconds each bucket counts, but the last, which has no bound."""

_LIMITS = tuple(map(float, BOUNDS))

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A measurement of *value* seconds at *time*, in seconds since the epoch, and where more is
    known of it."""

    labels: Labels
    value: float
    time: float


@dataclass(frozen=True, slots=True)
class Family:
    """What is measured, and its values by their labels. *kind* is ``counter``, ``gauge`` or
    ``histogram``; the samples of a histogram have names that go on after *name*. *exemplars* are
    by the number of their sample."""

    name: str
    kind: str
    help: str
    samples: Sequence[tuple[str, Labels, float]]
    exemplars: Mapping[int, Exemplar] = field(default_factory=dict)


def gauge(name: str, text: str, value: float) -> Family:
    """A value that goes up and down."""
    return Family(name, "gauge", text, [("", {}, value)])


def counter(name: str, text: str, value: float) -> Family:
    """A value that only grows; *name* ends in ``_total``."""
    return Family(name, "counter", text, [("", {}, value)])


def histogram(
    name: str,
    text: str,
    buckets: Sequence[int],
    total: float,
    exemplars: Mapping[int, Exemplar] | None = None,
) -> Family:
    """Durations in seconds whose sum is *total*: bucket *n* has those of less
    than 2ⁿ µs that no smaller one has, and the last those that are longer. *exemplars* are by
    :func:`place_of`; what is counted may be a little longer than what is measured, so one may be
    where nothing is counted, and is left out."""
    samples: list[tuple[str, Labels, float]] = []
    counts = [sum(buckets[: FINEST + 1]), *buckets[FINEST + 1 :]]
    for bound, count in zip((*BOUNDS, "+Inf"), accumulate(counts), strict=True):
        samples.append(("_bucket", {"le": bound}, count))
    samples += [("_sum", {}, total), ("_count", {}, sum(counts))]
    fitting = {place: each for place, each in (exemplars or {}).items() if counts[place]}
    return Family(name, "histogram", text, samples, fitting)


def place_of(seconds: float) -> int:
    """In which of the buckets that :func:`histogram` shows a duration falls, from 0."""
    return bisect_left(_LIMITS, seconds)


def expose(families: Iterable[Family]) -> bytes:
    """*families* as Prometheus reads them."""
    return "".join(line for family in families for line in _lines(family)).encode("utf-8")


def expose_openmetrics(families: Iterable[Family]) -> bytes:
    """*families* as OpenMetrics has them: a counter is called without the ``_total`` that its
    sample has (section "Counter"), help escapes quotes too, and ``# EOF`` ends it all."""
    lines = (line for family in families for line in _open_lines(family))
    return "".join((*lines, "# EOF\n")).encode("utf-8")


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for suffix, labels, value in family.samples:
        yield f"{family.name}{suffix}{_labels(labels)} {value!r}\n"


def _open_lines(family: Family) -> Iterator[str]:
    name = family.name.removesuffix("_total") if family.kind == "counter" else family.name
    yield f"# TYPE {name} {family.kind}\n"
    yield f"# HELP {name} {_escaped(family.help, quote=True)}\n"
    for place, (suffix, labels, value) in enumerate(family.samples):
        exemplar = _exemplar(family.exemplars.get(place))
        yield f"{family.name}{suffix}{_labels(labels)} {value!r}{exemplar}\n"


def _exemplar(exemplar: Exemplar | None) -> str:
    if exemplar is None:
        return ""
    return f" # {_labels(exemplar.labels)} {exemplar.value!r} {exemplar.time!r}"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quote=True)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quote else text
