"""``enfilade compilemessages``: make what the site reads of what translators wrote."""

from pathlib import Path

import click

from enfilade.cli.site import application_argument, load_site


@click.command("compilemessages")
@application_argument
def command(application: str | None) -> None:
    """Compile each messages.po in LOCALE_PATHS to the messages.mo beside it.

    A file with a translation that does not fit its text is not compiled.
    """
    load_site(application)
    from enfilade.translation.sources import sources

    found = sources()
    if not found:
        raise click.ClickException(
            "LOCALE_PATHS has no messages.po. Begin one: enfilade makemessages -l de"
        )
    if not all([_compile(po) for po in found]):  # noqa: C419 - each of them, even after a failure
        raise click.ClickException("Not everything is compiled.")


def _compile(po: Path) -> bool:
    """Whether *po* could be compiled."""
    from enfilade.translation.sources import compiled, mistakes, progress, read, write

    source = read(po)
    wrong = list(mistakes(source))
    for mistake in wrong:
        click.echo(f"{po}, {mistake}", err=True)
    if wrong:
        return False
    target = po.with_suffix(".mo")
    write(target, compiled(source))
    done, all_of = progress(source)
    click.echo(f"{target}: {done} of {all_of} translated")
    return True
