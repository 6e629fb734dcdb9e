"""The plot: a bar for each contestant of each row that counts requests a second.

It is an SVG without a background, whose text follows the light or dark scheme of the reader.
"""

from collections.abc import Sequence
from html import escape

from bench.compare import Result, Spread
from bench.contest import Row
from bench.report import number
from bench.results import Results

FIGURE = "requests/s"
WIDTH, NAMES, VALUES = 760, 170, 90
BAR, STEP, TITLE = 14, 20, 34
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #4d5560; }
.title { font-weight: 600; fill: #1f2328; }
.ours { fill: #c2410c; }
.rival { fill: #8c96a3; }
.spread { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #aab4c0; }
  .title { fill: #e6edf3; }
  .ours { fill: #f97316; }
  .rival { fill: #6b7685; }
  .spread { stroke: #e6edf3; }
}
"""


def plot(results: Results, rows: Sequence[Row]) -> str:
    """The plot of all rows that have the figure, as the text of an SVG file."""
    parts, y = [], 0
    for row in rows:
        record = results.rows.get(row.name)
        bars = _spreads(record.result) if record else {}
        if bars:
            parts += _group(row, bars, y)
            y += TITLE + STEP * len(bars)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" '
        f'width="{WIDTH}" height="{y + 10}" role="img" aria-label="Requests a second">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _spreads(result: Result) -> dict[str, Spread]:
    found = {name: result.values(name, FIGURE) for name in result.samples}
    return {name: Spread.of(values) for name, values in found.items() if values}


def _group(row: Row, bars: dict[str, Spread], top: int) -> list[str]:
    scale = (WIDTH - NAMES - VALUES) / max(bar.most for bar in bars.values())
    ours = row.contestants[0].name
    parts = [_text(0, top + 22, f"{row.title} ({FIGURE})", "title")]
    for index, (name, bar) in enumerate(bars.items()):
        y = top + TITLE + index * STEP
        kind = "ours" if name == ours else "rival"
        parts += _bar(name, kind, bar, (y, scale))
    return parts


def _bar(name: str, kind: str, bar: Spread, place: tuple[int, float]) -> list[str]:
    y, scale = place
    width, middle = bar.median * scale, y + BAR / 2
    least, most = NAMES + bar.least * scale, NAMES + bar.most * scale
    return [
        _text(0, y + 11, name),
        f'<rect class="{kind}" x="{NAMES}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
        f'<line class="spread" x1="{least:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>',
        _text(max(most, NAMES + width) + 8, y + 11, number(bar.median)),
    ]


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y}">{escape(words)}</text>'
