"""``enfilade migrate``: make and change the tables of the site's database."""

from typing import TYPE_CHECKING

import click

from enfilade.cli.site import application_argument, load_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enfilade.database.migration import Revision, Step


@click.command("migrate")
@click.option("--list", "listing", is_flag=True, help="Show all migrations and which were run.")
@click.option("--sql", is_flag=True, help="Print what would be run.")
@click.option(
    "--to",
    "target",
    metavar="TARGET",
    default="heads",
    help="LABEL@REVISION: so far, forward or back; LABEL@base undoes all of a package.",
)
@application_argument
def command(listing: bool, sql: bool, target: str, application: str | None) -> None:
    """Make and change the tables of MIGRATIONS in the database of DATABASE_URL."""
    load_site(application)
    from enfilade.database.migration import migrate, pending_sql, revisions

    if listing:
        _print_list(revisions())
    elif sql:
        click.echo(pending_sql(), nl=False)
    else:
        _print_steps(migrate(target))


def _print_list(revisions: "Sequence[Revision]") -> None:
    label = None
    for revision in revisions:
        if revision.label != label:
            label = revision.label
            click.echo(label)
        mark = "x" if revision.applied else " "
        click.echo(f"  [{mark}] {revision.name}  {revision.text}")


def _print_steps(steps: "Sequence[Step]") -> None:
    for step in steps:
        click.echo(f"{'' if step.forward else 'undone: '}{step.name}  {step.text}")
    if not steps:
        click.echo("Nothing to do.")
