"""Measure Enfilade beside its rivals, row by row, and write the table and the plot.

Every contestant of a row is started anew, has one core and the client another, and is asked first
whether its answer is right. Then all take turns. docs/benchmarks.md says how to read the figures,
and bench/README.md what must be installed.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import compare, environments, machine, report, results
from bench.contest import NotMeasured, Row, Run
from bench.plot import plot
from bench.rivals import REQUIREMENTS, ROOT
from bench.rows import ROWS

LATEST = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "benchmarks.md"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("rows", nargs="*", metavar="ROW", help="what to measure; all but the long ones without any")
    add("--list", action="store_true", help="name the rows and end")
    add("--install", action="store_true", help="install all rivals and end")
    add("--pairs", type=int, default=5, help="turns of every contestant (default %(default)s)")
    add("--seconds", type=float, default=3.0, help="of each turn (default %(default)s)")
    add("--quick", action="store_true", help="one turn of a second; nothing is written")
    add("--alone", action="store_true", help="Enfilade without rivals; nothing is written")
    add("--python", type=Path, help="an interpreter with Enfilade, instead of one of its own")
    return parser


def main() -> int:
    parser = arguments()
    options = parser.parse_args()
    if unknown := set(options.rows) - {row.name for row in ROWS}:
        parser.error(f"there is no {', '.join(sorted(unknown))}; --list names the rows")
    if options.list:
        return list_rows()
    if options.install:
        return install()
    rows = [row for row in ROWS if row.name in options.rows or not (options.rows or row.by_name)]
    return measure(rows, options)


def list_rows() -> int:
    for row in ROWS:
        print(f"{row.name:<24}{row.title}{' (by name only)' if row.by_name else ''}")
    return 0


def install() -> int:
    status = 0
    for name in REQUIREMENTS:
        try:
            print(f"{name}: {environments.programs(name)}")
        except NotMeasured as reason:
            print(f"{name} {reason}")
            status = 1
    return status


def measure(rows: Sequence[Row], options: argparse.Namespace) -> int:
    """Measure the rows and show or write what comes out; 1 if Enfilade could not be measured."""
    server_core, client_core = machine.cores()
    seconds, pairs = (1.0, 1) if options.quick else (options.seconds, options.pairs)
    run = Run(seconds, server_core, client_core, options.python and options.python.absolute())
    about, show_only = machine.describe(), options.quick or options.alone
    found = results.Results(about, {}) if show_only else results.continued(LATEST, about, {})
    _warn()
    circumstances = {**machine.occasion(), "seconds": seconds}
    for row in rows:
        print(row.title, file=sys.stderr, flush=True)
        found.add(row, compare.compare(row, run, pairs, options.alone), circumstances)
        if not show_only:  # an interrupted run keeps what it has
            results.write(LATEST, found)
    found.versions = machine.rival_versions(run)
    print(report.report(found, rows))
    if not show_only:
        write(found)
    return int(any(row.contestants[0].name in found.rows[row.name].result.missing for row in rows))


def write(found: results.Results) -> None:
    """The results, the plot, and the part of the page between its marks."""
    results.write(LATEST, found)
    picture = PAGE.with_suffix(".svg")
    picture.write_text(plot(found, ROWS))
    shown = f"![Requests a second, row by row]({picture.name})\n\n{report.report(found, ROWS)}"
    report.write_page(PAGE, shown)
    print(f"Written: {LATEST}, {PAGE}, {picture}", file=sys.stderr)


def _warn() -> None:
    if (load := os.getloadavg()[0]) > machine.QUIET:
        print(f"The machine is busy (load {load:.1f}): this run proves little.", file=sys.stderr)
    if len(os.sched_getaffinity(0)) < 2:
        print("One core for server and client: they share it, so ratios shrink.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
