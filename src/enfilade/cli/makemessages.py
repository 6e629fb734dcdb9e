"""``enfilade makemessages``: collect the texts of a site for its translators."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from enfilade.cli.site import application_argument, find_site, import_application

if TYPE_CHECKING:
    from babel.messages import Catalog


@click.command("makemessages")
@click.option(
    "-l",
    "--locale",
    "languages",
    multiple=True,
    metavar="LANGUAGE",
    help="A language to begin, such as de or pt-br; those that were begun are all updated.",
)
@application_argument
def command(languages: tuple[str, ...], application: str | None) -> None:
    """Write the texts that Python files and templates of this folder mark for translation to
    messages.po in LOCALE_PATHS; what is translated there is kept."""
    import_application(find_site(application))
    from enfilade.translation import sources, to_language

    begun = {to_language(po.parent.parent.name): po for po in sources.sources()}
    try:
        wanted = {**begun, **{each: sources.source_of(each) for each in languages}}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--locale") from error
    if not wanted:
        raise click.UsageError("No language was begun. Begin one: enfilade makemessages -l de")
    found = _found(Path())
    for language, po in wanted.items():
        done, all_of = sources.progress(sources.merge(found, po, language))
        click.echo(f"{po}: {done} of {all_of} translated")


def _found(folder: Path) -> "Catalog":
    from jinja2 import TemplateSyntaxError

    from enfilade.translation.sources import extract

    try:
        return extract(folder)
    except (SyntaxError, TemplateSyntaxError) as error:
        place = getattr(error, "filename", None) or "a template"
        raise click.ClickException(f"{place}, line {error.lineno}: {error}") from error
