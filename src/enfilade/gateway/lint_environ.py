"""What a server must give an application, as checks: environ, input and errors (PEP 3333)."""

from collections.abc import Iterator
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.protocol.grammar import is_token
from enfilade.types import Environ

VARIABLES = "environ Variables"
STREAMS = "Input and Error Streams"
UNICODE = "Unicode Issues"

REQUIRED = (
    "REQUEST_METHOD",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.version",
    "wsgi.url_scheme",
    "wsgi.input",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
)
MISNAMED = ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")


class LintError(DeveloperError):
    """One side broke a rule of PEP 3333; the message has the rule and its section."""

    def __init__(self, rule: str, section: str) -> None:
        super().__init__(f'{rule} (PEP 3333, "{section}")')
        self.rule = rule
        self.section = section


def check(holds: object, rule: str, section: str) -> None:
    """Raise :exc:`LintError` unless *holds*."""
    if not holds:
        raise LintError(rule, section)


def check_environ(environ: Environ) -> None:
    """Raise :exc:`LintError` if *environ* is not one that a server may give."""
    check(type(environ) is dict, "environ must be a dict, not a subclass of it", VARIABLES)
    for key in REQUIRED:
        check(key in environ, f"environ lacks {key}", VARIABLES)
    for key in MISNAMED:
        check(key not in environ, f"environ has {key}; its name has no HTTP_", VARIABLES)
    for key, value in environ.items():
        check(type(key) is str, f"the key {key!r} is not a str", VARIABLES)
        if "." not in key:  # a name with a dot is an extension and may be anything
            _check_variable(key, value)
    _check_paths(environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""))
    _check_values(environ)
    _check_streams(environ)


def _check_variable(key: str, value: object) -> None:
    check(type(value) is str, f"{key} is not a str but {value!r}", VARIABLES)
    check(
        all(char <= "\xff" for char in str(value)),
        f"{key} has a character beyond latin-1: {value!a}",
        UNICODE,
    )


def _check_paths(script_name: str, path_info: str) -> None:
    check(script_name != "/", "SCRIPT_NAME is '/'; the root is the empty string", VARIABLES)
    for key, path in (("SCRIPT_NAME", script_name), ("PATH_INFO", path_info)):
        check(path[:1] in ("", "/"), f"{key} does not start with a slash: {path!r}", VARIABLES)


def _check_values(environ: Environ) -> None:
    method, length = environ["REQUEST_METHOD"], environ.get("CONTENT_LENGTH", "")
    check(is_token(method), f"REQUEST_METHOD is not a token: {method!r}", VARIABLES)
    check(environ["SERVER_NAME"], "SERVER_NAME is empty", VARIABLES)
    check(environ["SERVER_PORT"].isdecimal(), "SERVER_PORT is not a number in text", VARIABLES)
    check(
        not length or (length.isascii() and length.isdecimal()),
        f"CONTENT_LENGTH is not a number: {length!r}",
        VARIABLES,
    )
    check(environ["wsgi.version"] == (1, 0), "wsgi.version is not (1, 0)", VARIABLES)
    check(environ["wsgi.url_scheme"] in ("http", "https"), "wsgi.url_scheme is odd", VARIABLES)


def _check_streams(environ: Environ) -> None:
    for key, names in (
        ("wsgi.input", ("read", "readline", "readlines", "__iter__")),
        ("wsgi.errors", ("write", "writelines", "flush")),
    ):
        for name in names:
            check(hasattr(environ[key], name), f"{key} has no {name}()", STREAMS)


class LintInput:
    """``wsgi.input`` between a server and an application; both are checked."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        """Read up to *size* bytes."""
        data = self._call("read", size)
        check(
            not size or size[0] is None or size[0] < 0 or len(data) <= size[0],
            "wsgi.input.read(size) returned more than size",
            STREAMS,
        )
        return data

    def readline(self, *size: int) -> bytes:
        """Read up to the end of the line, or up to *size* bytes."""
        line = self._call("readline", size)
        check(b"\n" not in line[:-1], "readline() returned more than a line", STREAMS)
        check(
            not size or size[0] is None or size[0] < 0 or len(line) <= size[0],
            "wsgi.input.readline(size) returned more than size",
            STREAMS,
        )
        return line

    def readlines(self, *hint: int) -> list[bytes]:
        """Read the lines that are left."""
        check(len(hint) <= 1, "wsgi.input.readlines takes one argument at most", STREAMS)
        lines: list[bytes] = self._stream.readlines(*hint)
        check(type(lines) is list, "wsgi.input.readlines() did not return a list", STREAMS)
        return [self._bytes(line) for line in lines]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def close(self) -> None:
        """Refuse: the stream is the server's."""
        raise LintError("the application closes wsgi.input", STREAMS)

    def _call(self, name: str, arguments: tuple[int, ...]) -> bytes:
        check(len(arguments) <= 1, f"wsgi.input.{name} takes one argument at most", STREAMS)
        return self._bytes(getattr(self._stream, name)(*arguments))

    def _bytes(self, data: object) -> bytes:
        if not isinstance(data, bytes):
            raise LintError(f"wsgi.input gave {type(data).__name__}, not bytes", STREAMS)
        return data


class LintErrors:
    """``wsgi.errors`` as an application may use it: text only, and never closed."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write *text*."""
        check(isinstance(text, str), f"wsgi.errors was given {type(text).__name__}", STREAMS)
        self._stream.write(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of *lines*."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Pass on what was written."""
        self._stream.flush()

    def close(self) -> None:
        """Refuse: the stream is the server's."""
        raise LintError("the application closes wsgi.errors", STREAMS)
