"""What the tutorial's pages tell a reader to do: files written and changed, commands, addresses."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from pages import Block, Page

HOST = "http://127.0.0.1:8000"
PUT_BACK = "Put it back"

_NAME = r"`(?P<name>[\w./]+)`"
_LEADS = [
    re.compile(pattern)
    for pattern in (
        rf"(?P<new>){_NAME}:",
        rf"(?P<end>)At the end of {_NAME}:",
        rf"In {_NAME}, above `(?P<anchor>\w+)`:",
        rf"In {_NAME}(?P<moment>, for a moment)?:",
    )
]


@dataclass(frozen=True)
class Edit:
    """A block that is a file, or a change to one; ``moment`` if it is put back."""

    name: str
    block: Block
    anchor: str | None = None
    new: bool = False
    moment: bool = False

    def of(self, text: str) -> str:
        """*text*, the file as it was, after the edit."""
        if self.new:
            return self.block.text
        if self.block.language == "diff":
            return changed(text, self.block.text)
        if self.anchor is None:
            return f"{text}\n\n{self.block.text}"
        found = re.search(rf"^(async def|def|class) {self.anchor}\b", text, re.MULTILINE)
        assert found, f"there is no {self.anchor} in {self.name}"
        return f"{text[: found.start()]}{self.block.text}\n\n{text[found.start() :]}"


def changed(text: str, diff: str) -> str:
    """*text* with every hunk applied; each must fit in one place, and after the one before."""
    done, rest = "\n", text
    for hunk in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines()
        old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
        new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
        before, found, after = f"\n{rest}".partition(f"\n{old}\n")
        assert found, f"nothing looks like\n{old}"
        assert f"\n{old}\n" not in f"\n{after}", f"two places look like\n{old}"
        done += before.removeprefix("\n") + ("\n" if before else "") + f"{new}\n"
        rest = after
    return (done + rest).removeprefix("\n")


Step = Edit | Block | str
"""An edit, a console block, or an address to open; or :data:`PUT_BACK`."""


def steps(page: Page) -> list[Step]:
    """What there is to do on *page*, in its order."""
    found: list[tuple[int, Step]] = []
    for block in page.blocks:
        found.append((block.line, block if block.language == "console" else edit(page, block)))
    for number, line in enumerate(page.lines, start=1):
        found += [(number, address) for address in re.findall(rf"<{HOST}([^>]*)>", line)]
        if line.startswith(PUT_BACK):
            found.append((number, PUT_BACK))
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def edit(page: Page, block: Block) -> Edit:
    """The edit that the line above *block* tells of."""
    lead = page.lines[block.line - 3]
    for pattern in _LEADS:
        if found := pattern.fullmatch(lead):
            said = found.groupdict()
            anchor, moment = said.get("anchor"), bool(said.get("moment"))
            return Edit(said["name"], block, anchor, "new" in said, moment)
    raise AssertionError(f"{page}:{block.line}: what is to be done with this block?")


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what it is said to print."""
    for part in block.text.removeprefix("$ ").split("\n$ "):
        command, _, output = part.partition("\n")
        yield command, output


def is_curl(command: str) -> bool:
    """Whether *command* asks the site by curl."""
    return shlex.split(command)[0] == "curl"


def says(claimed: str, actual: str) -> bool:
    """Whether the two are the same but for the width of gaps and for ``[...]``."""
    pattern = re.escape(_spaced(claimed)).replace(re.escape("[...]"), ".*?")
    return re.fullmatch(pattern, _spaced(actual), re.DOTALL) is not None


def _spaced(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip("\n").splitlines())
