"""``enfilade drain``: out of duty without losing a request."""

import click

from enfilade.cli.control import control_options, controlling, print_answer

UNSEEN = "Nobody can see that: start the server with --health to have /readyz say so."


@click.command("drain")
@click.argument("worker", required=False, type=int)
@control_options
def command(worker: int | None, control: str | None, config: str | None, as_json: bool) -> None:
    """Take a running server, or one of its workers, out of duty.

    With the process id of a WORKER, that one finishes what it has as soon as another serves in
    its place. Without one, /readyz tells balancers to go elsewhere, and whoever comes is still
    served, until enfilade stop or enfilade resume.
    """
    with controlling(control, config, as_json) as server:
        answer = server.ask("drain", worker=worker)
    if as_json:
        print_answer(answer)
    elif worker is not None:
        click.echo(f"Worker {worker} finishes as soon as another serves in its place.")
    else:
        click.echo("Not ready for new requests, and serving those that come.")
        if not answer["seen"]:
            click.echo(UNSEEN, err=True)
