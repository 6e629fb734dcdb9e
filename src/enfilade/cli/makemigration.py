"""``enfilade makemigration``: write down how a package's tables have changed."""

import os
from pathlib import Path

import click

from enfilade.cli.site import application_argument, load_site


@click.command("makemigration")
@click.option("-m", "--message", metavar="TEXT", required=True, help="What the change is.")
@click.option("--empty", is_flag=True, help="Write a script to be filled in by hand.")
@click.argument("package")
@application_argument
def command(message: str, empty: bool, package: str, application: str | None) -> None:
    """Compare the tables of PACKAGE with the database, and write a script for the difference."""
    load_site(application)
    from enfilade.database.migration import make_migration

    path = make_migration(package, message, empty=empty)
    click.echo(_shown(path) if path else "No difference: nothing is written.")


def _shown(path: Path) -> str:
    return f"{os.path.relpath(path)} is written: read it, then run enfilade migrate."
