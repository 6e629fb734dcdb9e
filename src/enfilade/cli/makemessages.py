"""``enfilade makemessages``: collect the texts of a site for its translators."""

from pathlib import Path

import click

from enfilade.cli.site import application_argument, load_site


@click.command("makemessages")
@click.option(
    "-l",
    "--locale",
    "languages",
    multiple=True,
    metavar="LANGUAGE",
    help="A language to begin, such as de or pt-br; those that were begun are all updated.",
)
@click.option(
    "-i",
    "--ignore",
    "ignored",
    multiple=True,
    metavar="PATTERN",
    help="Leave out files of such a path, for example static/**; may be repeated.",
)
@application_argument
def command(languages: tuple[str, ...], ignored: tuple[str, ...], application: str | None) -> None:
    """Write the texts that Python files and templates of this folder mark for translation to
    messages.po in the first of LOCALE_PATHS; what is translated there is kept."""
    load_site(application)
    from enfilade.translation import sources

    try:
        wanted = {**sources.begun(), **{each: sources.source_of(each) for each in languages}}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--locale") from error
    if not wanted:
        raise click.UsageError("No language was begun. Begin one: enfilade makemessages -l de")
    found = sources.extract(Path(), _extensions(), ignored)
    for language, po in wanted.items():
        done, all_of = sources.progress(sources.merge(found, po, language))
        click.echo(f"{po}: {done} of {all_of} translated")


def _extensions() -> set[str]:
    """What the templates of the site may use: without it they would be full of unknown tags."""
    from enfilade.template.loader import engines

    return {path for engine in engines().values() for path in engine.environment.extensions}
