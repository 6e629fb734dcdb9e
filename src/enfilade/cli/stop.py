"""``enfilade stop``: the end of a running server."""

import click

from enfilade.cli.control import control_options, controlling, print_answer


@click.command("stop")
@click.option("--no-wait", is_flag=True, help="Do not wait for the server's end.")
@control_options
def command(no_wait: bool, control: str | None, config: str | None, as_json: bool) -> None:
    """Have a running server finish what is under way and end, and wait for that.

    It first serves on for its drain delay, if it has one, while /readyz tells balancers to go
    elsewhere; then it answers what it has accepted, for the time of its grace at most.
    """
    with controlling(control, config, as_json) as server:
        answer = server.ask("stop", wait=False) if no_wait else server.stop()
    if as_json:
        print_answer(answer)
    else:
        click.echo("Stopping." if no_wait else "Stopped.")
