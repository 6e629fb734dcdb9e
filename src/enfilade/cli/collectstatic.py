"""``enfilade collectstatic``: bring the static files of a site to one folder."""

import os.path
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.site import application_argument, load_site
from enfilade.exceptions import SuspiciousFileOperation

if TYPE_CHECKING:
    from enfilade.contrib.staticfiles.collection import Orders, Report


@click.command("collectstatic")
@click.option("-c", "--clear", is_flag=True, help="At the end, delete what is not of this run.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "-i",
    "--ignore",
    multiple=True,
    metavar="PATTERN",
    help="Leave out files and folders of such a name; may be repeated.",
)
@click.option("-l", "--link", is_flag=True, help="Make symbolic links instead of copies.")
@click.option("--no-post-process", is_flag=True, help="Leave names and references as they are.")
@click.option("--no-default-ignore", is_flag=True, help="Take CVS, .* and *~ too.")
@click.option("--compress", is_flag=True, help="Write .gz, .br and .zst too, where smaller.")
@click.option("--no-input", "--noinput", is_flag=True, help="Do not ask before overwriting.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of every file.")
@application_argument
def command(application: str | None, no_input: bool, verbose: bool, **wishes: Any) -> None:
    """Collect the static files of a site in STATIC_ROOT; its storage names them.

    Exit 1 if a style sheet refers to what is not there, or the file system refuses.
    """
    load_site(application)
    from enfilade.contrib.staticfiles.collection import Collection
    from enfilade.template.static import configured_storage

    storage, orders = configured_storage(), _orders(**wishes)
    goal = Path(storage.path(""))
    if not no_input and not orders.dry_run and goal.is_dir() and any(goal.iterdir()):
        _ask(goal, orders.clear)
    tell = click.echo if verbose or orders.dry_run else _say_nothing
    try:
        report = Collection(storage, orders, tell).collect()
    except (OSError, SuspiciousFileOperation) as error:
        raise click.ClickException(f"{error}\nNothing was deleted. Run it again.") from error
    _print(report, orders, str(goal))


def _orders(
    *, compress: bool, no_post_process: bool, no_default_ignore: bool, **wishes: Any
) -> "Orders":
    from enfilade.conf import settings
    from enfilade.contrib.staticfiles.collection import Orders
    from enfilade.contrib.staticfiles.folders import IGNORED
    from enfilade.contrib.staticfiles.precompressed import installed

    ignored = [os.path.normpath(pattern) for pattern in wishes.pop("ignore")]
    return Orders(
        ignore_patterns=ignored if no_default_ignore else [*ignored, *IGNORED],
        post_process=not no_post_process,
        codings=installed() if compress else settings.STATICFILES_CODINGS,
        **wishes,
    )


def _say_nothing(_line: str) -> None:
    pass


def _ask(goal: Path, clear: bool) -> None:
    what = "This deletes ALL OTHER FILES there" if clear else "This overwrites files there"
    click.echo(f"Static files will be collected in\n\n    {goal}\n")
    click.confirm(f"{what}. Go on?", abort=True)


def _print(report: "Report", orders: "Orders", goal: str) -> None:
    for failure in report.failures:
        click.echo(f"Error: {failure}", err=True)
    if report.failures:
        hints = dict.fromkeys(getattr(failure, "hint", None) for failure in report.failures)
        told = "".join(f"Hint: {hint}\n" for hint in hints if hint)
        click.echo(f"{told}There is no new manifest, and nothing was deleted.", err=True)
        raise SystemExit(1)
    count = len(report.modified)
    parts = [
        f"{count} static file{'' if count == 1 else 's'} {'linked' if orders.link else 'copied'} "
        f"to '{goal}'",
        *(
            f"{len(names)} {word}"
            for names, word in (
                (report.unmodified, "unmodified"),
                (report.post_processed, "post-processed"),
                (report.compressed, "compressed"),
                (report.deleted, "deleted"),
            )
            if names
        ),
    ]
    click.echo(f"{'Would be done: ' if orders.dry_run else ''}{', '.join(parts)}.")
