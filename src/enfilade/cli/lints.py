"""Draws mistakes: what is wrong, what to do, where it is and how to hear more of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from enfilade.cli.terminal import MARGIN, print_labelled

if TYPE_CHECKING:
    from enfilade.explain.checks import Finding

COLUMN = 18


def draw_lints(console: Console, lints: "Sequence[Finding]") -> None:
    """Draw *lints* below their title, if there are any."""
    if lints:
        console.print(Text(f"{' ' * MARGIN}Mistakes", "title"))
        for finding in lints:
            print_finding(console, finding)


def print_finding(console: Console, finding: "Finding") -> None:
    """Draw one."""
    style = "error" if finding.severity == "error" else "surprise"
    print_labelled(console, finding.id, Text(finding.message, style), COLUMN)
    print_labelled(console, "", Text(finding.hint), COLUMN)
    for aside in filter(None, (finding.where, finding.explanation)):
        print_labelled(console, "", Text(aside, "aside"), COLUMN)
    console.print()
