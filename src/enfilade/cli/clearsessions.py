"""``enfilade clearsessions``: delete the sessions that have ended, once a day for example."""

import click

from enfilade.cli.site import application_argument, load_site


@click.command("clearsessions")
@application_argument
def command(application: str | None) -> None:
    """Delete sessions that have ended from the store that SESSION_ENGINE names."""
    load_site(application)
    from enfilade.contrib.sessions.engine import store_class

    try:
        store_class().clear_expired()
    except NotImplementedError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Sessions that have ended are deleted.")
