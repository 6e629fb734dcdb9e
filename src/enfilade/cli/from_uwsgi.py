"""What the ``[uwsgi]`` section of an INI file says, in our words, for the usual keys."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from enfilade.cli.conversion import Conversion, ConversionError

Pairs = list[tuple[str, str]]


def read_uwsgi(path: str) -> Pairs:
    """The keys and values of the ``[uwsgi]`` section, of which each may come more than once.

    Raises :exc:`ConversionError`.
    """
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise ConversionError(f"Cannot read {path}: {error.strerror}.") from error
    pairs = list(_pairs(text))
    if not pairs:
        raise ConversionError(f"{path} has no [uwsgi] section with keys.")
    return pairs


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "uwsgi" and line and line[0] not in "#;":
            key, _, value = line.partition("=")
            yield key.strip().replace("_", "-"), value.strip()


def convert_uwsgi(pairs: Pairs) -> Conversion:
    """Our options for uWSGI's."""
    result = Conversion()
    for key, value in pairs:
        if "%" in value or "$(" in value:
            result.leave(f"{key} = {value}", "write out what uWSGI would put in")
        elif key in _NUMBERS:
            result.set(_NUMBERS[key], int(value) if value.isdecimal() else value)
        elif key in _TEXTS:
            result.set(_TEXTS[key], value)
        elif key in _CONVERT:
            _CONVERT[key](result, value)
        elif key not in _NEEDLESS:
            result.leave(key, _WITHOUT.get(key, "not known to this command"))
    name = result.settings.pop("callable", "")
    if name and ":" not in result.settings.get("application", ":"):
        result.settings["application"] += f":{name}"
    if "threads" not in result.settings:
        remark = "uWSGI's processes have one; more need an application that is thread-safe."
        result.set("threads", 1, remark)
    return result


def _bind(scheme: str) -> Callable[[Conversion, str], None]:
    def add(result: Conversion, value: str) -> None:
        path = value.startswith(("/", "."))
        everywhere = "0.0.0.0" if value.startswith(":") else ""  # noqa: S104 - as it was
        result.add("bind", f"{scheme}{'unix:' if path else everywhere}{value}")

    return add


def _file(result: Conversion, value: str) -> None:
    module = value.removesuffix(".py").strip("./").replace("/", ".")
    result.set("application", module)
    result.settings.setdefault("callable", "application")


def _directory(result: Conversion, value: str) -> None:
    remark = "Put on the import path; the working directory is where the server is started."
    result.set("app-directory", value, remark)


def _memory(result: Conversion, value: str) -> None:
    result.set("memory-limit", f"{value}M")  # megabytes


def _static(result: Conversion, value: str) -> None:
    result.add("static", value)


def _quiet(result: Conversion, value: str) -> None:
    if value.lower() in ("true", "1", "yes", ""):
        result.set("access-log", "off")


def _reload(result: Conversion, value: str) -> None:
    result.set("reload", value not in ("0", "false"))


_NUMBERS = MappingProxyType(
    {
        "processes": "workers",
        "workers": "workers",
        "threads": "threads",
        "harakiri": "application-timeout",
        "max-requests": "max-requests",
        "max-requests-delta": "max-requests-jitter",
        "listen": "backlog",
        "buffer-size": "limit-head",
        "limit-post": "limit-body",
        "reload-mercy": "grace",
        "worker-reload-mercy": "grace",
        "http-keepalive": "keep-alive",
    }
)

_TEXTS = MappingProxyType(
    {
        "module": "application",
        "wsgi": "application",
        "callable": "callable",
        "uid": "user",
        "gid": "group",
        "pidfile": "pid-file",
        "safe-pidfile": "pid-file",
        "chmod-socket": "socket-mode",
        "static-index": "static-index",
        "logto": "access-log",
    }
)

_CONVERT: Mapping[str, Callable[[Conversion, str], None]] = MappingProxyType(
    {
        "http": _bind(""),
        "http-socket": _bind(""),
        "socket": _bind("uwsgi://"),
        "uwsgi-socket": _bind("uwsgi://"),
        "wsgi-file": _file,
        "file": _file,
        "chdir": _directory,
        "pythonpath": _directory,
        "reload-on-rss": _memory,
        "evil-reload-on-rss": _memory,
        "static-map": _static,
        "disable-logging": _quiet,
        "py-autoreload": _reload,
    }
)

_NEEDLESS = frozenset(
    (
        "master", "vacuum", "die-on-term", "enable-threads", "single-interpreter", "need-app",
        "lazy-apps", "lazy", "plugin", "plugins", "thunder-lock", "strict", "auto-procname",
        "no-orphans", "offload-threads", "procname-prefix", "procname", "ignore-sigpipe",
        "ignore-write-errors", "disable-write-exception", "post-buffering", "log-x-forwarded-for",
    )
)  # fmt: skip
"""What is so here without being asked for, or is needed by uWSGI alone."""

_WITHOUT = MappingProxyType(
    {
        "virtualenv": "run the enfilade that is installed in that environment",
        "home": "run the enfilade that is installed in that environment",
        "venv": "run the enfilade that is installed in that environment",
        "daemonize": "let systemd or the container do that",
        "env": "set variables with Environment= in the unit of systemd",
        "touch-reload": "enfilade reload, or SIGHUP, loads the application anew",
        "stats": "enfilade status and top over control, or metrics for Prometheus",
        "cheaper": "the number of workers is fixed; signals TTIN and TTOU change it",
        "logformat": "access-log-format has Gunicorn's atoms, or is json",
        "http-timeout": "deadlines are head-timeout, application-timeout and write-timeout",
        "socket-timeout": "deadlines are head-timeout, application-timeout and write-timeout",
        "mount": "one application is served; let it, or the proxy, know the others",
        "static-expires": "static-max-age, and for ever where a name has a hash",
        "route": "let the application or the proxy do that",
        "spooler": "use a queue of its own for work that is no request",
        "cron": "use cron, or timers of systemd",
        "cache2": "use a cache that the application knows",
        "gevent": "threads serve, so do not patch anything",
        "chown-socket": "user is who owns a socket's file",
    }
)
