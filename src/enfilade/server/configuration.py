"""Options from their sources: defaults < ``enfilade.toml`` < environment < flags.

A command such as ``enfilade dev`` may put presets of its own above the file; the file answers
with a table of the command's name (``[dev]``). Every value remembers where it came from, and
every complaint says it.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.server.options import Options

FILE = "enfilade.toml"
PREFIX = "ENFILADE_"
AUTO = "auto"
COMMANDS = ("dev", "run")
FIELDS: Mapping[str, Field[Any]] = MappingProxyType(
    {entry.name: entry for entry in fields(Options)}
)


class ConfigurationError(DeveloperError):
    """An option has a name or a value that cannot be; the text names its source."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value as a source gave it; ``source`` is ``workers in enfilade.toml``, ``--workers``…"""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The options for *command*, and for each that was set how and where it was set."""

    options: Options = field(default_factory=Options)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    command: str = "run"

    @property
    def sources(self) -> dict[str, str]:
        """Where each option was set that was."""
        return {name: setting.source for name, setting in self.settings.items()}

    def is_preset(self, name: str) -> bool:
        """Whether option *name* has its value from the command, and from nobody who asked."""
        return self.sources.get(name) == preset_by(self.command)


def configure(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    file: str | None = None,
    command: str = "run",
    presets: Mapping[str, Any] | None = None,
) -> Configuration:
    """Put the sources over one another; the later ones win.

    *flags* are values by option name, from the command line. *file* is the path of a TOML file
    that must exist; without one, ``enfilade.toml`` in the working directory is read if it is
    there. Raises :exc:`ConfigurationError`.
    """
    common, own = _read_file(file, command)
    settings = {
        **common,
        **{name: Setting(value, preset_by(command)) for name, value in (presets or {}).items()},
        **own,
        **_from_environment(environ),
        **{name: Setting(value, flag(name, value)) for name, value in flags.items()},
    }
    values = {name: _read_value(FIELDS[name], setting) for name, setting in settings.items()}
    return Configuration(Options(**values), settings, command)


def check_folder(configuration: Configuration) -> None:
    """Raise :exc:`ConfigurationError` if the application's folder is not there: Python would
    pass over it and import something of the same name from elsewhere."""
    folder = Path(configuration.options.app_directory)
    if not folder.is_dir():
        source = configuration.sources["app_directory"]
        raise ConfigurationError(f"{source}: there is no folder {folder.absolute()}.")


def flag(name: str, value: object = None) -> str:
    """The long flag that gives option *name* its *value*; the application is an argument."""
    if name == "application":
        return "the command line"
    return ("--no-" if value is False else "--") + name.replace("_", "-")


def preset_by(command: str) -> str:
    """The source of the values that *command* has of its own."""
    return f"enfilade {command}"


# The sources -------------------------------------------------------------------------------


def _read_file(file: str | None, command: str) -> tuple[dict[str, Setting], dict[str, Setting]]:
    path = Path(file or FILE)
    if file is None and not path.is_file():
        return {}, {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except ValueError as error:
        migrate = f"enfilade migrate-config {path} prints what to write."
        hint = migrate if path.suffix == ".py" else None
        raise ConfigurationError(f"{path} is not TOML: {error}.", hint=hint) from error
    own = {name: table.pop(name, {}) for name in COMMANDS}[command]
    if not isinstance(own, dict):
        raise ConfigurationError(f"{command} in {path} must be a table, [{command}].")
    return _from_table(table, str(path)), _from_table(own, f"{path} [{command}]")


def _from_table(table: Mapping[str, Any], place: str) -> dict[str, Setting]:
    settings = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in FIELDS and isinstance(value, dict):
            raise ConfigurationError(
                f"{place} has an unknown table, [{key}].", hint=_suggest_table(key)
            )
        if name not in FIELDS:
            raise ConfigurationError(
                f"{place} has an unknown key, {key!r}.", hint=_suggest(name, FIELDS)
            )
        settings[name] = Setting(value, f"{key} in {place}")
    return settings


def _from_environment(environ: Mapping[str, str]) -> dict[str, Setting]:
    settings = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in FIELDS:
            settings[name] = Setting(text, variable)
        elif hint := _suggest(name, FIELDS, prefix=PREFIX):
            # A name far from all options is somebody else's: ENFILADE_SETTINGS_MODULE, say.
            raise ConfigurationError(f"{variable} in the environment is unknown.", hint=hint)
    return settings


def _suggest_table(name: str) -> str:
    if close := get_close_matches(name, COMMANDS, n=1):
        return f"Did you mean [{close[0]}]?"
    return f"The tables are {' and '.join(f'[{command}]' for command in COMMANDS)}."


def _suggest(name: str, known: Iterable[str], prefix: str = "") -> str | None:
    close = get_close_matches(name, known, n=1, cutoff=0.8 if prefix else 0.6)
    if not close:
        return None
    return f"Did you mean {prefix + close[0].upper() if prefix else close[0]}?"


# The values --------------------------------------------------------------------------------


def _read_value(entry: Field[Any], setting: Setting) -> Any:
    try:
        value = _convert(entry, setting.value)
        if entry.default and value == ():
            raise ValueError("at least one is needed")
        for item in value if isinstance(value, tuple) else (value,):
            _check(entry, item)
    except (TypeError, ValueError) as error:
        said = str(error)
        if entry.metadata.get("secret"):
            said = said.replace(repr(setting.value), "it")
            raise ConfigurationError(f"{setting.source}: {said}.") from None
        raise ConfigurationError(f"{setting.source}: {said}.") from error
    return value


def _convert(entry: Field[Any], value: Any) -> Any:
    read, count = _READERS[entry.type], entry.metadata.get("auto")
    if count is None:
        return read(value)
    try:
        return count() if value == AUTO else read(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{error} or {AUTO}") from None


def _check(entry: Field[Any], value: Any) -> None:
    documentation = entry.metadata
    choices = documentation.get("choices", ())
    if choices and value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
    if isinstance(value, (int, float)):
        least, most = documentation.get("minimum", 0), documentation.get("maximum", inf)
        if not least <= value <= most or value == inf:  # the first is true of "nan" too
            raise ValueError(f"must be {_range(least, most)}, not {value}")
    if check := documentation.get("check"):
        check(value)


def _range(least: float, most: float) -> str:
    return f"{least} or more" if most == inf else f"from {least} to {most}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _number(kind: type[int] | type[float], noun: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # bool is an int to Python, but "workers = true" is a mistake.
        allowed = (str, int) if kind is int else (str, int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise TypeError(f"{value!r} is not a {noun}")
        try:
            return kind(value)
        except ValueError:
            raise ValueError(f"{value!r} is not a {noun}") from None

    return read


_TRUTH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", ""), False),
}


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in _TRUTH:
        raise TypeError(f"{value!r} is neither true nor false")
    return _TRUTH[value.lower()]


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [item for item in value.replace(",", " ").split() if item]
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{value!r} is not a list of texts")
    return tuple(value)


_READERS: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        str: _text,
        int: _number(int, "whole number"),
        float: _number(float, "number"),
        bool: _truth,
        tuple[str, ...]: _texts,
    }
)
