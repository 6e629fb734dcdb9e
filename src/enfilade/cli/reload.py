"""``enfilade reload``: new code, or the old workers and an exit status."""

import click

from enfilade.cli.control import control_options, controlling, print_answer


@click.command("reload")
@control_options
def command(control: str | None, config: str | None, as_json: bool) -> None:
    """Have a running server load the application anew, and wait for the outcome.

    Exit 0 once a worker with the new code serves, upon which the others follow one by one. Exit 1,
    with the reason, if it does not start: the old workers then keep serving.
    """
    with controlling(control, config, as_json) as server:
        answer = server.ask("reload", waits=True)
    if as_json:
        print_answer(answer)
    else:
        seconds, generation = answer["seconds"], answer["generation"]
        click.echo(f"Generation {generation} serves, after {seconds:.2f} s.")
