"""``enfilade migrate-config``: another server's configuration as ``enfilade.toml``."""

import click

from enfilade.cli.conversion import Conversion
from enfilade.cli.from_gunicorn import convert_gunicorn, read_gunicorn
from enfilade.cli.from_uwsgi import convert_uwsgi, read_uwsgi


@click.command("migrate-config")
@click.argument("file")
@click.option(
    "--from",
    "server",
    type=click.Choice(["gunicorn", "uwsgi"]),
    help="whose configuration it is  [uwsgi for .ini, else gunicorn]",
)
def command(file: str, server: str | None) -> None:
    """Print what a gunicorn.conf.py, or the INI file of uWSGI, is as enfilade.toml.

    Gunicorn's file is a program, and is run. What has no equivalent is told in comments.
    """
    server = server or ("uwsgi" if file.endswith(".ini") else "gunicorn")
    click.echo(_convert(server, file).as_toml(file), nl=False)


def _convert(server: str, file: str) -> Conversion:
    if server == "uwsgi":
        return convert_uwsgi(read_uwsgi(file))
    return convert_gunicorn(read_gunicorn(file))
