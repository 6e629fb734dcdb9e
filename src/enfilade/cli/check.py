"""``enfilade check``: mistakes that can be seen before the first request."""

from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from enfilade.cli.site import (
    NotOurs,
    application_argument,
    check_ours,
    find_site,
    import_application,
    is_ours,
    json_option,
    print_json,
)
from enfilade.secrecy import hide_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enfilade.explain.checks import Finding


@click.command("check")
@click.option("--deploy", is_flag=True, help="Also check what the world demands.")
@click.option("--explain", metavar="ID", help="Tell what a finding means, with an example.")
@click.option("--asgi", is_flag=True, help="Also check what an ASGI server would meet.")
@json_option
@application_argument
def command(
    deploy: bool, explain: str | None, asgi: bool, as_json: bool, application: str | None
) -> None:
    """Look for mistakes in an application and its settings; exit 1 if there are errors."""
    if explain is not None:
        click.echo(_explanation(explain))
        return
    reference = find_site(application)
    findings = _check(reference, deploy, asgi)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        rows = [_row(finding) for finding in findings]
        print_json({"application": reference, "errors": errors, "findings": rows})
    else:
        _print(findings, errors)
    raise SystemExit(1 if errors else 0)


def _explanation(identifier: str) -> str:
    from enfilade.explain.checks.pages import pages

    named = {each.lower(): each for each in pages()}
    found = named.get(identifier.lower())
    if found is None:
        near = [named[each] for each in get_close_matches(identifier.lower(), named)]
        advice = f"Did you mean {' or '.join(near)}?" if near else "An id is such as urls.W003."
        raise click.UsageError(f"There is no finding {identifier!r}. {advice}")
    return f"{found}\n\n{pages()[found]}"


def _row(finding: "Finding") -> dict[str, str]:
    more = {"severity": finding.severity, "explanation": finding.explanation}
    return {**asdict(finding), **more}


def _check(reference: str, deploy: bool, asgi: bool) -> "list[Finding]":
    """An application that does not load has its cause among the findings, or is one itself."""
    from enfilade.explain.checks import run_checks

    failure = _load(reference)
    if failure and not _has_settings():
        return [failure]
    findings = run_checks(deploying=deploy, asgi=asgi)
    if failure and not any(finding.severity == "error" for finding in findings):
        findings.insert(0, failure)
    return findings


def _load(reference: str) -> "Finding | None":
    """site.E001: the application does not load."""
    from enfilade.explain.checks import Finding
    from enfilade.explain.source import locate_failure

    try:
        check_ours(reference, import_application(reference))
    except NotOurs:
        raise
    except (Exception, SystemExit) as error:
        hint = _hint(error) or "The traceback: enfilade plan"
        message = f"{reference} does not load. {_described(error)}"
        return Finding("site.E001", message, hint, locate_failure(error))
    return None


def _hint(error: BaseException) -> str | None:
    """That of the error; no command shows a traceback of what Enfilade itself complains of."""
    told = "Correct what the message names." if is_ours(error) else None
    return getattr(error, "hint", None) or told


def _described(error: BaseException) -> str:
    told = is_ours(error)  # in a sentence, which needs no name before it
    return hide_text(str(error) if told else f"{type(error).__name__}: {error}")


def _has_settings() -> bool:
    from enfilade.conf import settings

    return settings.configured


def _print(findings: "Sequence[Finding]", errors: int) -> None:
    from rich.text import Text

    from enfilade.cli.lints import print_finding
    from enfilade.cli.terminal import make_console

    console = make_console()
    console.print()
    for finding in findings:
        print_finding(console, finding)
    console.print(Text(f"     {_summary(errors, len(findings) - errors)}", "title"))
    console.print()


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "No mistakes found."
    return ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((errors, "error"), (warnings, "warning"))
        if count
    )
