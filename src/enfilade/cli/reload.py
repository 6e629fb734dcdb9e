"""``enfilade reload``: new code, or the old workers and an exit status."""

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.control import Failed, control_options, controlling, print_answer

if TYPE_CHECKING:
    from enfilade.server.control import Control

ALL_WITHIN = 300.0
"""Seconds that ``--all`` waits for the workers that follow."""

_GLANCE = 0.1


@click.command("reload")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=f"Wait until the old workers have gone, too, {ALL_WITHIN:g} seconds at most.",
)
@control_options
def command(every: bool, control: str | None, config: str | None, as_json: bool) -> None:
    """Have a running server load the application anew, and wait for the outcome.

    Exit 0 once a worker with the new code serves, upon which the others follow one by one. Exit 1,
    with the reason, if it does not start: the old workers then keep serving.
    """
    with controlling(control, config, as_json) as server:
        answer = server.ask("reload", waits=True)
        if every:
            began = monotonic()
            _await_others(server, answer["generation"], began + ALL_WITHIN)
            answer["following"] = 0
            answer["seconds"] += monotonic() - began
    print_answer(answer) if as_json else click.echo(_describe(answer, every))


def _describe(answer: dict[str, Any], every: bool) -> str:
    where = " in all workers" if every else ""
    others = "; the other workers follow" if answer.get("following") else ""
    return (
        f"Generation {answer['generation']} serves{where}, after {answer['seconds']:.2f} s{others}."
    )


def _await_others(server: "Control", generation: int, deadline: float) -> None:
    """Return when the workers of *server* are all there and of *generation*, or a later one."""
    while left := _old_ones(server.ask("status"), generation):
        if monotonic() > deadline:
            raise Failed(
                f"Generation {generation} serves, and after {ALL_WITHIN:g} s {left}.\n"
                "Hint: enfilade top shows what they do."
            )
        sleep(_GLANCE)


def _old_ones(status: dict[str, Any], generation: int) -> str:
    """What is not as it should be yet, if anything."""
    workers = status["workers"]
    old = [str(worker["pid"]) for worker in workers if worker["generation"] < generation]
    if old:
        return f"there are still old workers: {', '.join(old)}"
    ready = sum(worker["state"] == "ready" for worker in workers)
    return f"{ready} of {status['wanted']} workers are ready" if ready < status["wanted"] else ""
