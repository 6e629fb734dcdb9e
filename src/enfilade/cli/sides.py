"""The two sides of ``enfilade explain --diff``: saved plans, or sites that are asked for theirs.

A site is asked in a process of its own, with the same Python: there is one site in a process.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from enfilade.secrecy import HIDDEN

REVISION = "rev:"
"""What is before the name of a revision of git."""


@dataclass(frozen=True, slots=True)
class Question:
    """What sites are asked: ``arguments`` are those of a command line, ``method`` and ``path``
    are empty if nobody named a request, ``application`` and ``folder`` the same as there."""

    arguments: Sequence[str]
    method: str
    path: str
    application: str | None
    folder: str | None


def ask_both(first: str, second: str, question: Question) -> tuple[Any, Any]:
    """The plans of both sides, for the request that is named, or that a saved one is of.

    Raises :exc:`click.UsageError` for what cannot be asked, and
    :exc:`~enfilade.cli.revision.RevisionError`.
    """
    names = (first, second)
    for name in names:
        _check_name(name)
    saved = [_read(name) if Path(name).is_file() else None for name in names]
    _check(names, saved, question)
    request = _request(question, saved)
    before, after = (
        _ask(name, question, request) if plan is None else plan
        for name, plan in zip(names, saved, strict=True)
    )
    return before, after


def _check_name(name: str) -> None:
    if name.endswith(".json") and not Path(name).is_file():
        raise click.UsageError(
            f"There is no file {name}. A plan is saved with: enfilade explain --json GET / > {name}"
        )


def _check(names: tuple[str, str], saved: list[Any], question: Question) -> None:
    if all(plan is not None for plan in saved) and question.method:
        raise click.UsageError(
            "Saved plans know their request: leave METHOD and PATH out, or name sites."
        )
    if question.application and not any(map(_has_sites, names)):
        raise click.UsageError(
            f"--diff {' '.join(names)} names all that is compared: leave {question.application}"
            " out. An application is named once for two revisions or two folders."
        )


def _has_sites(name: str) -> bool:
    return name.startswith(REVISION) or Path(name).is_dir()


def _request(question: Question, saved: list[Any]) -> list[str]:
    if question.method:
        return [question.method, question.path]
    for plan in saved:
        if isinstance(plan, dict) and isinstance(line := plan.get("line"), dict):
            query = f"?{line['query']}" if line.get("query") else ""
            target = f"{line.get('path', '/')}{query}"
            if HIDDEN in target:
                raise click.UsageError(
                    f"The saved plan hides a secret of its request: name it, as in GET '{target}'."
                )
            return [str(line.get("method", "GET")), target]
    return ["GET", "/"]


def _read(name: str) -> Any:
    try:
        return json.loads(Path(name).read_bytes())
    except ValueError:
        raise click.UsageError(f"{name} is no JSON file of enfilade explain.") from None


def _ask(name: str, question: Question, request: list[str]) -> Any:
    folder = question.folder
    rest = [*request, *filter(None, [question.application])]
    if name.startswith(REVISION):
        return _ask_revision(name, question, rest)
    if Path(name).is_dir():
        return _run(name, [*question.arguments, *_in(folder), *rest], Path(name))
    return _run(name, [*question.arguments, *_in(folder), *request, name], Path())


def _ask_revision(name: str, question: Question, rest: list[str]) -> Any:
    from enfilade.cli.revision import checked_out

    with checked_out(name.removeprefix(REVISION)) as checkout:
        folder = question.folder and checkout.counterpart(question.folder)
        plan = _run(name, [*question.arguments, *_in(folder), *rest], checkout.folder)
        _make_relative(name, plan, checkout.repository.resolve(), checkout.top)
        return plan


def _in(folder: str | None) -> list[str]:
    return [] if folder is None else ["--app-directory", folder]


def _run(name: str, arguments: list[str], folder: Path) -> Any:
    argv = [sys.executable, "-m", "enfilade", "explain", "--json", *arguments]
    done = subprocess.run(argv, stdout=subprocess.PIPE, check=False, cwd=folder)  # noqa: S603
    if done.returncode:
        what = "no site" if _has_sites(name) else "neither a file nor a site"
        raise click.UsageError(f"{name} is {what} that can be asked.")
    try:
        return json.loads(done.stdout)
    except ValueError:
        said = f"{name} writes to standard output, where its plan is expected."
        raise click.UsageError(said) from None


def _make_relative(name: str, plan: Any, repository: Path, top: Path) -> None:
    """Name the files of *plan* as the repository does, since *top* is soon gone.

    A file of the repository itself means that something was imported from the working tree.
    """
    for node in plan["nodes"]:
        file = Path(node["file"] or "")
        if file.is_relative_to(top):
            node["file"] = str(file.relative_to(top))
        elif file.is_relative_to(repository) and (top / file.relative_to(repository)).exists():
            raise click.UsageError(
                f"{name} imports {file} of the working tree, so that is what would be compared."
                " Name the folder of the site's packages: --app-directory src"
            )
