"""The tables: goals first, then every figure of every contestant."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.compare import Result, Spread, Verdict, verdicts
from bench.contest import Row
from bench.counts import PART
from bench.results import Record, Results

BEGIN, END = "<!-- results -->", "<!-- end of results -->"
GOALS_HEAD = ("what", "figure", "Enfilade", "rival", "ratio", "goal", "")


def number(value: float) -> str:
    """Three digits or more: ``51,234``, ``31.2``, ``0.052``."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def spread(values: Spread, unit: str = "") -> str:
    if values.least == values.most:
        return f"{number(values.median)}{unit}"
    return f"{number(values.median)}{unit} ({number(values.least)}–{number(values.most)})"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(line)} |" for line in (head, rule, *lines)]


def goal_lines(row: Row, result: Result) -> list[tuple[str, ...]]:
    """A line of the first table for each goal; one that says why where there are no figures."""
    ours = row.contestants[0].name
    if ours in result.missing:
        return [(row.title, "", result.missing[ours], "", "", "", "not measured")]
    return [_goal_line(row, result, verdict) for verdict in verdicts(row, result)]


def _goal_line(row: Row, result: Result, verdict: Verdict) -> tuple[str, ...]:
    figure = verdict.goal.figure
    ours = Spread.of(result.values(row.contestants[0].name, figure))
    rival, ratio = "–", "–"
    if verdict.rival:
        theirs = Spread.of(result.values(verdict.rival, figure))
        rival = f"{verdict.rival} {spread(theirs)}"
        ratio = spread(verdict.spread, " ×")
    met = "met" if verdict.met else "**missed**"
    return (row.title, figure, spread(ours), rival, ratio, str(verdict.goal), met)


def figures(row: Row, record: Record) -> list[str]:
    """The section of one row: what each contestant did, and who could not take part."""
    result, about = record.result, record.circumstances
    shown = list(dict.fromkeys(_shown(result)))
    parts = any(_parts(result, name) for name in result.samples)
    head = ["", *shown, *(["the most frequent"] if parts else [])]
    lines = [
        [
            name,
            *(_cell(result, name, each) for each in shown),
            *filter(None, [_parts(result, name)]),
        ]
        for name in result.samples
    ]
    missing = [f"{name}: {reason.rstrip('.')}." for name, reason in result.missing.items()]
    pairs = len(next(iter(result.samples.values()), ()))
    how = f"`{row.name}`, {pairs} × {about['seconds']:g} s, {about['measured']}, {about['commit']}."
    return [
        f"### {row.title}",
        "",
        *table(head, lines),
        "",
        " ".join(filter(None, [how, row.note, *missing])),
    ]


def _shown(result: Result) -> Iterable[str]:
    return (
        figure
        for samples in result.samples.values()
        for figure in samples[0]
        if not figure.startswith(PART)
    )


def _cell(result: Result, name: str, figure: str) -> str:
    values = result.values(name, figure)
    return spread(Spread.of(values)) if values else ""


def _parts(result: Result, name: str) -> str:
    sample = result.samples[name][0]
    parts = {key.removeprefix(PART): value for key, value in sample.items() if PART in key}
    return ", ".join(f"{key} {number(value)}" for key, value in parts.items())


def report(results: Results, rows: Sequence[Row]) -> str:
    """Everything that is generated of the page, without the plot."""
    measured = [(row, results.rows[row.name]) for row in rows if row.name in results.rows]
    goals = [line for row, record in measured for line in goal_lines(row, record.result)]
    lines = [*machine_lines(results), "", "## Goals", "", *table(GOALS_HEAD, goals)]
    lines += ["", "## Figures", "", "Medians, with the smallest and the largest value."]
    for row, record in measured:
        lines += ["", *figures(row, record)]
    return "\n".join(lines)


def machine_lines(results: Results) -> list[str]:
    machine = results.machine
    about = f"{machine['cpu']}, {machine['cores']} cores, {machine['kernel']}, {machine['python']}"
    busiest = max((each.circumstances["load before"] for each in results.rows.values()), default=0)
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return [f"Measured on {about}; load average before it at most {busiest:g}.", "", versions]


def write_page(page: Path, text: str) -> None:
    """Put *text* between the marks of the page, which stays as it is around them.

    Raises:
        ValueError: the page does not have the marks.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for results: {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
