"""``enfilade top``: what a running server does now."""

import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.control import control_options, controlling, print_answer

if TYPE_CHECKING:
    from rich.console import Console

    from enfilade.server.control import Control


@click.command("top")
@click.option(
    "--interval",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    help="Time between two looks.",
)
@control_options
def command(interval: float, control: str | None, config: str | None, as_json: bool) -> None:
    """Show what every thread of a running server does now, the longest first.

    The key q ends it. Where there is no terminal, it is shown once.
    """
    with controlling(control, config, as_json) as server:
        if as_json:
            print_answer(server.ask("top"))
            return
        from enfilade.cli.terminal import make_console, print_view

        console = make_console()
        if console.is_terminal and sys.stdin.isatty():
            _watch(server, console, interval)
        else:
            from enfilade.cli.live_server import top_view

            print_view(console, top_view(server.ask("top"), None, 0))


def _watch(server: "Control", console: "Console", interval: float) -> None:
    from rich.live import Live

    from enfilade.cli.live_server import top_view

    before: dict[str, Any] | None = None
    with _keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            now = server.ask("top")
            live.update(top_view(now, before, console.height), refresh=True)
            before = now
            if pressed(interval) in ("q", "Q", "\x03", "\x04"):
                return


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """Read single keys: the function waits for one for some seconds, and gives ``""`` if none
    came."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def pressed(seconds: float) -> str:
        ready, _, _ = select.select([descriptor], [], [], seconds)
        return sys.stdin.read(1) if ready else ""

    tty.setcbreak(descriptor)
    try:
        yield pressed
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
