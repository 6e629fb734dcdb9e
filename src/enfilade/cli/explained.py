"""Shows a plan, measured or not: in the terminal, as JSON, or as a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.outcome_file import STANDARD_OUTPUT, check_writable, write_file
from enfilade.cli.site import print_json

if TYPE_CHECKING:
    from enfilade.explain.measured import Measurement
    from enfilade.explain.request import RequestPlan


@dataclass(frozen=True, slots=True)
class Shape:
    """How it is wanted; in the terminal unless one of the two says otherwise.

    Raises :exc:`click.UsageError` if both do, or if the page could not be written.
    """

    as_json: bool
    html: str | None

    def __post_init__(self) -> None:
        if self.html is not None and self.as_json:
            raise click.UsageError("--html and --json are two ways to show it: take one.")
        if self.html is not None:
            check_writable(self.html)

    def show(
        self,
        plan: "RequestPlan",
        measurement: "Measurement | None",
        reference: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Show *plan* of the application called *reference*; JSON has *more*, too."""
        if self.html is not None:
            _write_page(self.html, plan, measurement, reference)
        elif self.as_json:
            print_json({"application": reference, **to_dict(plan, measurement), **(more or {})})
        else:
            _draw(plan, measurement, reference)


def to_dict(plan: "RequestPlan", measurement: "Measurement | None") -> dict[str, Any]:
    """Plan and measurement in types that JSON has; measured nodes in the place of the others."""
    if measurement is None:
        return plan.to_dict()
    nodes = [node.to_dict() for node in measurement.nodes]
    return {**plan.to_dict(), "nodes": nodes, "measured": measurement.to_dict()}


def _write_page(
    file: str, plan: "RequestPlan", measurement: "Measurement | None", reference: str
) -> None:
    from enfilade.explain.page import make_page

    write_file(file, make_page(plan, measurement, reference))
    if file != STANDARD_OUTPUT:
        click.echo(f"The plan is written to {file}; every browser opens it.", err=True)


def _draw(plan: "RequestPlan", measurement: "Measurement | None", reference: str) -> None:
    from enfilade.cli.terminal import make_console

    console = make_console()
    if measurement is None:
        from enfilade.cli.portrait import draw_request

        draw_request(console, plan, reference)
    else:
        from enfilade.cli.measurement import draw_measurement

        draw_measurement(console, plan, measurement, reference)
