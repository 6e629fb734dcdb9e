"""The request that somebody has written on the command line: its line, fields and body."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

if TYPE_CHECKING:
    from enfilade.explain.line import Draft, Fields

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``enfilade explain`` was asked for; the names are those of its options."""

    method: str
    path: str
    candidates: int | None
    headers: tuple[str, ...]
    data: str | None
    form: tuple[str, ...]
    analyze: bool
    times: int

    def fields(self) -> "Fields":
        """The header fields; a form tells its type unless it is told.

        Raises :exc:`~enfilade.explain.line.RequestLineError`.
        """
        from enfilade.explain.line import parse_field

        fields = [parse_field(text) for text in self.headers]
        named = {name.lower() for name, _ in fields}
        if self.form and "content-type" not in named:
            fields.append(("Content-Type", FORM))
        return fields

    def draft(self) -> "Draft":
        """The request itself; raises what its parts raise."""
        from enfilade.explain.line import Draft, check_method

        check_method(self.method, click.get_current_context().command_path)
        return Draft(self.method, self.path, self.fields(), self.body())

    def options(self, asgi: bool) -> list[str]:
        """The same wish as options of a command line, without its method and path."""
        options = [f"--header={text}" for text in self.headers]
        options += [f"--form={text}" for text in self.form]
        if self.data is not None:
            options.append(f"--data={self.data}")
        if self.candidates is not None:
            options.append(f"--candidates={self.candidates}")
        if self.analyze:
            options += ["--analyze", f"--times={self.times}"]
        if asgi:
            options.append("--asgi")
        return options

    def body(self) -> bytes:
        """The body in bytes; raises :exc:`click.UsageError` for what is none."""
        if self.form and self.data is not None:
            raise click.UsageError("A request has one body: take --data or --form.")
        if self.form:
            return urlencode([_pair(text) for text in self.form]).encode()
        if self.data is None:
            return b""
        return _read(self.data[1:]) if self.data.startswith("@") else self.data.encode()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        from enfilade.secrecy import hide_text

        shown = hide_text(text)
        raise click.UsageError(f"{shown!r} is no field of a form: write --form name=value.")
    return name, value


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise click.UsageError(f"The body cannot be read from {name}: {error.strerror}.") from None
