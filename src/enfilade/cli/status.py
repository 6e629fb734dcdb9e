"""``enfilade status``: how a running server and its workers are."""

import click

from enfilade.cli.control import control_options, controlling, print_answer


@click.command("status")
@control_options
def command(control: str | None, config: str | None, as_json: bool) -> None:
    """Tell how a running server and its workers are."""
    with controlling(control, config, as_json) as server:
        answer = server.ask("status")
    if as_json:
        print_answer(answer)
        return
    from enfilade.cli.live_server import status_view
    from enfilade.cli.terminal import make_console, print_view

    print_view(make_console(), status_view(answer))
