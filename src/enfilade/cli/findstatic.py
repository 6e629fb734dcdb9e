"""``enfilade findstatic``: where a static file comes from."""

import click

from enfilade.cli.site import application_argument, load_site
from enfilade.exceptions import SuspiciousFileOperation


@click.command("findstatic")
@click.option("--first", is_flag=True, help="Only the one that is served.")
@click.option("-v", "--verbose", is_flag=True, help="Also tell where was looked.")
@click.argument("staticfile")
@application_argument
def command(first: bool, verbose: bool, staticfile: str, application: str | None) -> None:
    """Tell where STATICFILE is, as templates call it: the file that is served first, then those
    that it hides. Exit 1 if there is none."""
    load_site(application)
    from enfilade.contrib.staticfiles.finders import find, searched_locations

    try:
        found = find(staticfile, find_all=True)
    except SuspiciousFileOperation as error:
        raise click.ClickException(str(error)) from error
    places = "".join(f"\n  {location}" for location in searched_locations()) or " no folder."
    if not found:
        raise click.ClickException(
            f"There is no static file {staticfile!r}. Looked in:{places}\n"
            "Hint: STATICFILES_DIRS and STATICFILES_PACKAGES say where they are."
        )
    click.echo("\n".join(found[:1] if first else found))
    if verbose:
        click.echo(f"Looked in:{places}")
