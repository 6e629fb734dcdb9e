"""docs/reference/checks.md: every finding of `enfilade check`, from the source of the checks.

A check's docstring begins with the ids that it may yield; what `causes.toml` has for an id is
run by a test, which wants that finding.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference_pages.prose import markdown
from reference_pages.source import SOURCE, Function, Module, module

CAUSES: dict[str, str] = tomllib.loads(Path(__file__).with_name("causes.toml").read_text("utf-8"))

INTRO = """\
# Checks

What `enfilade check` finds, by id. An error (E) is wrong and makes the command exit with 1; \
a warning (W) is likely to be wrong. Those that begin with `deploy` are looked for with `--deploy` \
only, and `middleware.W011` with `--asgi`. In what to do, … stands for what the finding itself \
fills in. What an example does not set is as it should be. `enfilade check --explain ID` tells \
the same in the terminal.

This page is made by `scripts/reference` from the checks themselves.
"""

_ID = re.compile(r"(\w+\.([EW])\d+): ([^.]+\.)(?= |$)")


@dataclass(frozen=True)
class Known:
    """A finding that some check may yield."""

    id: str
    severity: str
    meaning: str
    more: str
    hints: tuple[str, ...]

    def text(self) -> str:
        hints = " Or: ".join(hint.replace("<", "\\<") for hint in self.hints)
        cause = CAUSES.get(self.id, "").strip()
        example = f"\nFor example:\n\n```py\n{cause}\n```\n" if cause else ""
        more = f"\n{markdown(self.more, lambda _: None)}\n" if self.more else ""
        said = f"{self.severity.capitalize()}: {self.meaning}"
        return f"### {self.id}\n\n{said}\n{more}\nWhat to do: {hints}\n{example}"


def page() -> str:
    groups: dict[str, list[Known]] = {}
    for known in findings():
        groups.setdefault(known.id.partition(".")[0], []).append(known)
    sections = (
        f"## {group.capitalize()}\n\n" + "\n".join(known.text() for known in members)
        for group, members in sorted(groups.items())
    )
    return INTRO + "\n" + "\n".join(sections)


def findings() -> list[Known]:
    files = sorted((SOURCE / "enfilade/explain/checks").glob("[a-z]*.py"))
    names = [f"enfilade.explain.checks.{file.stem}" for file in files]
    every = [known for name in [*names, "enfilade.cli.check"] for known in _of(module(name))]
    return sorted(every, key=lambda known: (known.id.partition(".")[0], known.id[-3:]))


def _of(here: Module) -> Iterator[Known]:
    for node in here.definitions.values():
        if isinstance(node, Function):
            first, _, more = (ast.get_docstring(node) or "").partition("\n\n")
            for name, letter, meaning in _ID.findall(" ".join(first.split())):
                severity = {"E": "error", "W": "warning"}[letter]
                hints = tuple(dict.fromkeys(_hints(here, node, name)))
                yield Known(name, severity, meaning, more, hints)


def _hints(here: Module, check: Function, name: str) -> Iterator[str]:
    """What stands where the finding is made: in the check, or in what makes it for the check."""
    places = [check, *(node for node in here.definitions.values() if isinstance(node, Function))]
    calls = (node for place in places for node in ast.walk(place) if isinstance(node, ast.Call))
    seen = set()
    for call in calls:
        if call.args and ast.unparse(call.args[0]) == repr(name) and call not in seen:
            seen.add(call)
            maker = ast.unparse(call.func)
            hint = Words(here, check).of(call.args[2 if maker == "Finding" else 3])
            yield f"What the error says, or: {hint}" if maker == "told" else hint


class Words:
    """The text of an expression, as far as the source tells; ``…`` for what it does not."""

    def __init__(self, here: Module, check: Function) -> None:
        self.here = here
        self.local = {
            target.id: node.value
            for node in ast.walk(check)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node: ast.expr) -> str:
        match node:
            case ast.Constant():
                return str(node.value)
            case ast.JoinedStr():
                return re.sub("…+", "…", "".join(map(self.of, node.values)))
            case ast.FormattedValue():
                return self._formatted(node)
            case ast.BoolOp():
                return "What the error says, or: " + self.of(node.values[-1])
            case ast.Name() if node.id in self.local:
                return self.of(self.local[node.id])
            case ast.Name() if thing := self.here.find(node.id):
                return self.of(thing.node.value) if isinstance(thing.node, ast.Assign) else "…"
        return "…"

    def _formatted(self, node: ast.FormattedValue) -> str:
        text = self.of(node.value)
        return repr(text) if node.conversion == ord("r") and text != "…" else text
