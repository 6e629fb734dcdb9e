"""``enfilade pause``: tell everybody to come later."""

import click

from enfilade.cli.control import control_options, controlling, print_answer

RETRY_AFTER = 30


@click.command("pause")
@click.option("--message", "-m", default="", metavar="TEXT", help="What people are told.")
@click.option(
    "--retry-after",
    default=RETRY_AFTER,
    show_default=True,
    type=click.IntRange(0, 2**31),
    metavar="SECONDS",
    help="For how long programs are asked to stay away.",
)
@control_options
def command(
    message: str, retry_after: int, control: str | None, config: str | None, as_json: bool
) -> None:
    """Have a running server answer every request with 503 and a message.

    It goes on accepting connections; requests that the application has already are finished.
    Health checks are answered: the server is alive and not ready. A worker that starts meanwhile
    is paused, too. Ends with enfilade resume.
    """
    with controlling(control, config, as_json) as server:
        answer = server.ask("pause", message=message, retry_after=retry_after)
    if as_json:
        print_answer(answer)
    else:
        click.echo("Paused. Go on with: enfilade resume")
