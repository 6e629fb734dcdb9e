"""What a check has to say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from enfilade.exceptions import DeveloperError


class Severity(StrEnum):
    """An error is wrong, a warning is likely to be."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: ``id`` is "urls.W003", ``where`` the place if there is one (file:line, a
    route, an entry of a setting)."""

    id: str
    message: str
    hint: str
    where: str = ""

    @property
    def severity(self) -> Severity:
        """Read from the letter of the id."""
        letter = self.id.rpartition(".")[2][0]
        return Severity.ERROR if letter == "E" else Severity.WARNING

    @property
    def explanation(self) -> str:
        """The command that tells more of it."""
        return f"enfilade check --explain {self.id}"


def told(identifier: str, where: str, ask: Callable[[], object], hint: str) -> Iterator[Finding]:
    """What *ask* says if it finds a mistake, with its own hint or else *hint*."""
    try:
        ask()
    except DeveloperError as error:
        yield Finding(identifier, str(error), error.hint or hint, where)


Check = Callable[[], Iterator[Finding]]
