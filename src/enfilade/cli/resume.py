"""``enfilade resume``: undo ``enfilade pause`` and ``enfilade drain``."""

import click

from enfilade.cli.control import control_options, controlling, print_answer


@click.command("resume")
@control_options
def command(control: str | None, config: str | None, as_json: bool) -> None:
    """Put a running server back on duty after enfilade pause or enfilade drain."""
    with controlling(control, config, as_json) as server:
        answer = server.ask("resume")
    if as_json:
        print_answer(answer)
    else:
        click.echo("On duty.")
