"""The flags of ``run`` and ``dev``, made from the fields of the server's options."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import Field, fields
from typing import Any

import click

from enfilade.cli.foreign_flags import INSTEAD
from enfilade.exceptions import DeveloperError
from enfilade.server.addresses import bracketed
from enfilade.server.options import Options

_METAVARS = {str(int): "NUMBER", str(float): "NUMBER"}


_ADDRESS = re.compile(r"(?:(?P<host>[\w.-]+|\[[\da-fA-F:]+\]|\*)?:)?(?P<port>\d{1,5})")
_PORT_FLAGS = ("--port", "-p")
_HOST_FLAGS = ("--host",)


class AddressError(DeveloperError):
    """An address was given as other servers take it."""


class ForeignFlagError(DeveloperError):
    """A flag of another server was given."""


class ServerCommand(click.Command):
    """A command whose help lists the server's options in their groups."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise _without_such_option(error, words) from None
        if match := _ADDRESS.fullmatch(ctx.params.get("application") or ""):
            raise AddressError(
                f"{match[0]} is an address, not an application.",
                hint=_suggest_bind(**match.groupdict()),
            )
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                groups.setdefault(getattr(parameter, "group", "Other"), []).append(record)
        groups["Other"] = groups.pop("Other")
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)


class ServerOption(click.Option):
    """A flag that stands for one field; it has no default, so what was not said is known."""

    def __init__(self, entry: Field[Any], default: Any) -> None:
        self.group = entry.metadata.get("group", "Server")
        super().__init__(_spellings(entry), help=_help(entry, default), **_kind(entry))


def server_parameters(presets: Mapping[str, Any]) -> list[click.Parameter]:
    """The application as an argument, then an option for every other field; *presets* are the
    defaults that the command has of its own."""
    application, *others = fields(Options)
    metavar = f"[{application.metadata['metavar']}]"
    argument = click.Argument([application.name], required=False, metavar=metavar)
    config = click.Option(
        ["--config"], metavar="FILE", help="the file to read instead of enfilade.toml"
    )
    options = [ServerOption(entry, presets.get(entry.name, entry.default)) for entry in others]
    return [argument, *options, config]


def given(parameters: dict[str, Any]) -> dict[str, Any]:
    """Those of click's *parameters* that were on the command line."""
    return {name: value for name, value in parameters.items() if value not in (None, ())}


def _without_such_option(error: click.NoSuchOption, words: Sequence[str]) -> Exception:
    """*error*, unless the option is of another server's command line."""
    if error.option_name in INSTEAD:
        return _without_foreign([error.option_name, *_named_among(words, INSTEAD)])
    if error.option_name not in (*_PORT_FLAGS, *_HOST_FLAGS):
        return error
    hint = _suggest_bind(_value(words, _HOST_FLAGS), _value(words, _PORT_FLAGS))
    return AddressError(f"There is no option {error.option_name}.", hint=hint)


def _without_foreign(flags: Sequence[str]) -> ForeignFlagError:
    """All that have no place here are answered together, *flags* being of another server."""
    first, *others = dict.fromkeys(flags)
    if not others:
        return ForeignFlagError(f"There is no option {first}.", hint=INSTEAD[first])
    *rest, last = others
    lines = [f"{flag}: {INSTEAD[flag]}" for flag in (first, *others)]
    return ForeignFlagError(
        f"There are no options {', '.join((first, *rest))} and {last}.", hint="\n".join(lines)
    )


def _named_among(words: Sequence[str], flags: Container[str]) -> Iterator[str]:
    for word in words:
        flag = word.partition("=")[0]
        if flag in flags:
            yield flag


def _value(words: Sequence[str], flags: Sequence[str]) -> str | None:
    """What follows one of *flags* among *words*, as ``--port 80`` or ``--port=80``."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        flag, equals, value = word.partition("=")
        if flag in flags:
            return (value if equals else following) or None
    return None


def _suggest_bind(host: str | None, port: str | None) -> str:
    host = {None: "127.0.0.1", "*": "0.0.0.0"}.get(host, host)  # noqa: S104 - it was asked for
    return f"Write --bind {bracketed(host or '')}:{port or 8000}"


def _spellings(entry: Field[Any]) -> list[str]:
    flag = "--" + entry.name.replace("_", "-")
    if entry.type is bool:
        flag = f"{flag}/--no-{flag[2:]}"
    return [*entry.metadata.get("flags", ()), flag, entry.name]


def _kind(entry: Field[Any]) -> dict[str, Any]:
    # Values stay text: configuration.py reads them as it reads those of the environment.
    metadata = entry.metadata
    kind: dict[str, Any] = {"default": None}
    if entry.type is bool:
        return kind
    if choices := metadata.get("choices"):
        kind["type"] = click.Choice(choices)
    else:
        kind["metavar"] = metadata.get("metavar") or _METAVARS.get(str(entry.type), "TEXT")
    if entry.type == tuple[str, ...]:
        kind["multiple"] = True
    return kind


def _help(entry: Field[Any], default: Any) -> str:
    unit = entry.metadata.get("unit", "")
    text = f"{entry.metadata['description']}{f', in {unit}' if unit else ''}"
    if default == 0 and not isinstance(default, bool):
        return f"{text}  [0: off]"
    return text + (f"  [{_show(default)}]" if default else "")


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return "on" if value is True else str(value)
