"""What a ``gunicorn.conf.py`` says, in our words."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any

from enfilade.cli.conversion import Conversion, ConversionError
from enfilade.server.access_atoms import AccessFormatError, AtomFormat

_EXECUTE = """
import json, os, sys
path, out = sys.argv[1], int(sys.argv[2])
names = {"__builtins__": __builtins__, "__name__": "__config__", "__file__": path}
sys.path.insert(0, os.getcwd())
exec(compile(open(path, "rb").read(), path, "exec"), names)
def plain(value):
    if callable(value): return {"callable": True}
    if isinstance(value, (list, tuple, set)): return [plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)
found = {name: plain(value) for name, value in names.items() if not name.startswith("_")}
os.write(out, json.dumps(found).encode())
"""

TIMEOUT = 60.0
"""Seconds that the file may take."""


def read_gunicorn(path: str) -> dict[str, Any]:
    """The names that the file at *path* defines, run as Gunicorn runs it, in a process of its own.

    Raises :exc:`ConversionError`.
    """
    if not Path(path).is_file():
        raise ConversionError(f"There is no file {path}.")
    with TemporaryFile() as result:
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own file
                [sys.executable, "-c", _EXECUTE, path, str(result.fileno())],
                pass_fds=[result.fileno()],
                stdout=sys.stderr,
                stderr=subprocess.PIPE,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ConversionError(f"{path} takes more than {TIMEOUT:g} s.") from None
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise ConversionError(
                f"{path} cannot be executed: {reason}", hint=f"Look at it with: python {path}"
            )
        result.seek(0)
        names: dict[str, Any] = json.loads(result.read())
        return names


def convert_gunicorn(names: Mapping[str, Any]) -> Conversion:
    """Our options for Gunicorn's settings *names*; other names are the file's own variables."""
    result = Conversion()
    # What is None has Gunicorn's own default, as if it were not there.
    names = {name: value for name, value in names.items() if value is not None}
    for name, value in names.items():
        if name in _SAME:
            result.set(_SAME[name], value)
        elif name in _CONVERT:
            _CONVERT[name](result, value)
        elif name in _WITHOUT or name in HOOKS:
            result.leave(name, _WITHOUT.get(name, _NO_HOOKS))
    _set_threads(result, names)
    _trust_unix_sockets(result)
    result.settings.setdefault("access-log", "off")
    return result


def _set_threads(result: Conversion, names: Mapping[str, Any]) -> None:
    worker = str(names.get("worker_class", "sync")).rpartition(".")[2].lower()
    if "uvicorn" in worker:
        result.set("interface", "asgi")
    elif worker in ("gevent", "eventlet", "tornado"):
        result.leave("worker_class", f"{worker} workers; threads serve, so do not patch anything")
    elif "threads" not in names:
        remark = "Gunicorn's workers have one; more need an application that is thread-safe."
        result.set("threads", 1, remark)


def _trust_unix_sockets(result: Conversion) -> None:
    """Gunicorn believes whoever comes by a Unix socket, whatever its settings say."""
    peers = result.settings.get("trusted-proxies", ["*"])
    by_file = any(text.startswith(("unix:", "fd://")) for text in result.settings.get("bind", ()))
    if by_file and not {"*", "unix"} & set(peers):
        remark = "unix: Gunicorn believes whoever comes by a Unix socket."
        result.set("trusted-proxies", [*(peer for peer in peers if peer != "none"), "unix"], remark)


def _bind(result: Conversion, value: Any) -> None:
    for text in value if isinstance(value, list) else str(value).split(","):
        result.add("bind", _address(text.strip()))


def _address(text: str) -> str:
    if text.startswith(("unix:", "fd://")):
        return text.replace("unix://", "unix:")
    text = text.removeprefix("tcp://")
    if text.startswith(":"):
        return f"0.0.0.0{text}"  # noqa: S104 - as it was
    bare = text.rpartition("]")[2] if "[" in text else text
    return text if ":" in bare else f"{text}:8000"


def _trusted(result: Conversion, value: Any) -> None:
    peers = value.split(",") if isinstance(value, str) else value
    result.set("trusted-proxies", [peer.strip() for peer in peers if peer.strip()] or ["none"])


def _access_log(result: Conversion, value: Any) -> None:
    result.set("access-log", value or "off")


def _access_format(result: Conversion, value: Any) -> None:
    try:
        AtomFormat(str(value))
    except AccessFormatError as error:
        result.leave(f"access_log_format = {value!r}", f"{error} {error.hint or ''}".rstrip())
    else:
        result.set("access-log-format", value)


def _client_certificates(result: Conversion, value: Any) -> None:
    result.set("client-certificates", ("off", "optional", "required")[int(value)])


def _chdir(result: Conversion, value: Any) -> None:
    remark = "Put on the import path; the working directory is where the server is started."
    result.set("app-directory", str(value).partition(",")[0], remark)


def _error_log(result: Conversion, value: Any) -> None:
    if value != "-":
        result.leave(f"errorlog = {value!r}", "the server's log is standard error: 2>> FILE")


def _proxy_protocol(result: Conversion, value: Any) -> None:
    result.set("proxy-protocol", value not in (False, "off", "none"))


def _as_text(name: str) -> Callable[[Conversion, Any], None]:
    return lambda result, value: result.set(name, str(value))


def _as_list(name: str) -> Callable[[Conversion, Any], None]:
    return lambda result, value: result.set(name, [value])


_SAME = MappingProxyType(
    {
        "wsgi_app": "application",
        "workers": "workers",
        "threads": "threads",
        "backlog": "backlog",
        "max_requests": "max-requests",
        "max_requests_jitter": "max-requests-jitter",
        "timeout": "application-timeout",
        "graceful_timeout": "grace",
        "keepalive": "keep-alive",
        "limit_request_line": "limit-line",
        "limit_request_fields": "limit-fields",
        "limit_request_field_size": "limit-field",
        "reuse_port": "reuse-port",
        "reload": "reload",
    }
)

_CONVERT: Mapping[str, Callable[[Conversion, Any], None]] = MappingProxyType(
    {
        "bind": _bind,
        "forwarded_allow_ips": _trusted,
        "accesslog": _access_log,
        "access_log_format": _access_format,
        "errorlog": _error_log,
        "cert_reqs": _client_certificates,
        "chdir": _chdir,
        "pythonpath": _chdir,
        "proxy_protocol": _proxy_protocol,
        "pidfile": _as_text("pid-file"),
        "user": _as_text("user"),
        "group": _as_text("group"),
        "ca_certs": _as_text("client-ca"),
        "certfile": _as_list("certificate"),
        "keyfile": _as_list("key"),
    }
)

_NO_HOOKS = "a hook; code that each worker needs can stand in the application's module"

_WITHOUT = MappingProxyType(
    {
        "preload_app": "each worker loads the application itself, so that a reload loads it anew",
        "worker_connections": "limit-connections limits the connections of a worker",
        "umask": "socket-mode is the mode of a socket's file",
        "initgroups": "user takes that user's groups, too",
        "worker_tmp_dir": "the heartbeat is in memory; no folder is needed",
        "tmp_upload_dir": "large bodies go to the folder that TMPDIR names",
        "loglevel": "applications configure logging themselves",
        "logconfig": "applications configure logging themselves",
        "logconfig_dict": "applications configure logging themselves",
        "logger_class": "applications configure logging themselves",
        "capture_output": "standard output and error stay what they are",
        "syslog": "let systemd or the container collect the output",
        "statsd_host": "metrics lets Prometheus read",
        "daemon": "let systemd or the container do that",
        "raw_env": "set variables with Environment= in the unit of systemd",
        "proc_name": "processes have their command line as their name",
        "secure_scheme_headers": "forwarded names the fields that a proxy writes",
        "forwarder_headers": "forwarded names the fields that are believed",
        "proxy_allow_ips": "proxy-protocol goes by trusted-proxies",
        "ssl_version": "TLS 1.2 and 1.3, always",
        "ciphers": "modern ciphers, always",
        "sendfile": "files are sent by sendfile(2) where that works",
        "reload_extra_files": "reload-dir watches folders",
        "header_map": "names with an underscore are dropped, or refuse-underscores refuses them",
        "strip_header_spaces": "such requests are refused: proxies disagree about them",
        "paste": "give the application as MODULE:NAME",
    }
)

HOOKS = frozenset(
    (
        "on_starting", "on_reload", "when_ready", "pre_fork", "post_fork", "post_worker_init",
        "worker_int", "worker_abort", "pre_exec", "pre_request", "post_request", "child_exit",
        "worker_exit", "nworkers_changed", "on_exit", "ssl_context",
    )
)  # fmt: skip
