"""What the server does with a request before the application sees it, and after: steps 1 to 3, 12
and 13, by the same options, the same parser and the same porters as ``enfilade run``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from enfilade.exceptions import DeveloperError
from enfilade.explain.foresight import Answer
from enfilade.explain.line import Draft
from enfilade.explain.obstacles import find_obstacles, obstacle
from enfilade.explain.provenance import OptionPlan, option_plan
from enfilade.explain.static_file import StaticFile, find_file
from enfilade.gateway.forwarded import WITHHELD, Proxies
from enfilade.protocol.chosen import parse_request_head
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.reasons import REASONS
from enfilade.secrecy import hide_target
from enfilade.server.configuration import Configuration
from enfilade.server.health import open_health
from enfilade.server.loading.asgi import IGNORED
from enfilade.server.loop.loop import build_policy
from enfilade.server.porter import Porter, Porters
from enfilade.server.processes.listeners import check_proxies
from enfilade.server.scoreboard import private_block
from enfilade.server.static.site import open_static_files
from enfilade.types import Environ

PEER = "127.0.0.1"
"""Who asks, as far as the plan knows."""

MET_AT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "accept",
        ("bind", "backlog", "workers", "threads", "limit_connections", "certificate",
         "client_certificates", "proxy_protocol"),
    ),
    (
        "read",
        ("head_timeout", "limit_line", "limit_field", "limit_fields", "limit_head", "limit_body",
         "body_rate", "buffer_body", "spool_body", "health", "livez", "readyz", "control",
         "static", "site_static", "static_index", "static_try", "static_missing"),
    ),
    ("gateway", ("interface", "trusted_proxies", "forwarded", "queue_timeout",
                 "application_timeout")),
    ("write", ("sendfile", "write_timeout")),
    ("send", ("keep_alive", "access_log")),
)  # fmt: skip
"""Which options a request meets at which step."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a request has of what option ``limit`` bounds; a limit of 0 is none."""

    limit: str
    has: int
    most: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """The server's part. ``answer`` is what it says itself, so that no application is asked, and
    ``file`` the file that this is; ``no_file`` says why it is none. ``trouble`` is what keeps the
    server from starting. ``believed`` are the fields of this request that count as the word of a
    proxy, ``withheld`` those that the application does not get."""

    is_asgi: bool
    options: tuple[OptionPlan, ...]
    sizes: tuple[Size, ...]
    answer: Answer | None
    file: StaticFile | None
    no_file: str
    believed: tuple[str, ...]
    withheld: tuple[str, ...]
    trouble: str = ""

    def option(self, name: str) -> OptionPlan | None:
        """The option called so, with dashes; ``None`` if requests do not meet it."""
        return next((each for each in self.options if each.name == name), None)


class Reception:
    """The server that *configuration* makes in front of *application*, as far as one request
    needs it. Raises :exc:`~enfilade.server.processes.sockets.ListenError` for proxies of which
    cannot be said what they are believed."""

    def __init__(
        self, configuration: Configuration, application: Callable[..., Any], interface: str
    ) -> None:
        self.configuration = configuration
        self.is_asgi = interface == "asgi"
        options = configuration.options
        check_proxies(options)
        self.policy = build_policy(options)
        self.proxies = Proxies(options.trusted_proxies, options.forwarded)
        self.health: Porter | None = open_health(options, private_block(1).server)
        self.obstacles, self.files = list(find_obstacles(configuration)), None
        try:
            self.files = open_static_files(options, application)
        except DeveloperError as error:
            self.obstacles.append(obstacle(configuration, error, ("static", "static_try")))

    def check(self) -> None:
        """Raise what ``enfilade run`` would end with, if an option on the command line brings it
        about; what a file says may be meant for another machine, and is told in the plan."""
        for each in self.obstacles:
            if each.is_typed:
                raise each.error

    def introduce(self, draft: Draft) -> Draft:
        """*draft* as the application gets it: with what a proxy at :data:`PEER` says of itself, if
        that one is trusted, and without what nobody may say."""
        if WITHHELD.isdisjoint(_names(draft)):
            return draft
        environ = draft.environ()
        target = environ["PATH_INFO"], environ["QUERY_STRING"]
        self.proxies.apply(environ, _fields(environ))
        kept = [(name, value) for name, value in draft.fields if _is_kept(name, environ)]
        return replace(draft, target=_address(environ, *target), fields=kept)

    def receive(self, draft: Draft) -> Entrance:
        """What becomes of *draft*."""
        data = draft.head()
        answer, file, no_file = self._reading(data)
        spoken = sorted(_names(draft) & WITHHELD)
        trusted = self.proxies.trusts(PEER)
        counted = self.configuration.options.forwarded
        return Entrance(
            is_asgi=self.is_asgi,
            options=tuple(self._options()),
            sizes=tuple(self._sizes(data, len(draft.body))),
            answer=answer,
            file=file,
            no_file=no_file,
            believed=tuple(name for name in spoken if trusted and name in counted),
            withheld=() if trusted else tuple(spoken),
            trouble=" ".join(str(each.error) for each in self.obstacles),
        )

    def _reading(self, data: bytes) -> tuple[Answer | None, StaticFile | None, str]:
        """The server's own answer, the file that this is, and why it is none."""
        try:
            head = parse_request_head(data, self.policy)
        except ProtocolError as error:
            return _refusal(error), None, ""
        answer = self._at_the_door(head)
        file, no_file = find_file(self.files, head, self.configuration.options.static_index)
        return answer, file if answer is not None else None, no_file

    def _options(self) -> Iterator[OptionPlan]:
        for event, names in MET_AT:
            for name in names:
                if not (self.is_asgi and name in IGNORED):
                    yield option_plan(event, self.configuration, name)

    def _sizes(self, data: bytes, body: int) -> Iterator[Size]:
        line, *fields = data[:-4].split(b"\r\n")
        policy = self.policy
        yield Size("limit-line", len(line), policy.line)
        yield Size("limit-fields", len(fields), policy.fields)
        yield Size("limit-field", max(map(len, fields), default=0), policy.field)
        yield Size("limit-head", len(data), policy.head)
        yield Size("limit-body", body, policy.body)

    def _at_the_door(self, head: RequestHead) -> Answer | None:
        for porter, by in ((self.health, "the health check"), (self.files, "the server's files")):
            given = Porters([porter]).answer(head, PEER) if porter is not None else None
            if given is not None:
                location = dict(given.headers).get("Location")
                shown = None if location is None else hide_target(location)
                return Answer(given.status, REASONS.get(given.status, ""), by, shown)
        return None


def _refusal(error: ProtocolError) -> Answer:
    text = f"{REASONS.get(error.status, '')}: {error.reason}".removeprefix(": ")
    return Answer(error.status, text, "the server")


def _names(draft: Draft) -> set[str]:
    return {name.lower() for name, _ in draft.fields}


def _is_kept(name: str, environ: Environ) -> bool:
    key = f"HTTP_{name.upper().replace('-', '_')}"
    return name.lower() not in (*WITHHELD, "host") or (key in environ and key != "HTTP_HOST")


def _address(environ: Environ, path: str, query: str) -> str:
    whole = quote(path.encode("iso-8859-1")) + (f"?{query}" if query else "")
    return f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{whole}"


def _fields(environ: Environ) -> dict[str, str]:
    prefix = "HTTP_"
    return {
        key.removeprefix(prefix).lower().replace("_", "-"): value
        for key, value in environ.items()
        if key.startswith(prefix)
    }
