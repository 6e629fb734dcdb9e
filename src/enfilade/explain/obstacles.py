"""What would keep ``enfilade run`` from starting, as far as options and files tell it at a look: by
the same checks, and in the same words.

Sockets are not opened and keys not read: who asks may be another user than the one who serves, and
the server may be running.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from enfilade.exceptions import DeveloperError
from enfilade.server.addresses import parse_address
from enfilade.server.configuration import Configuration
from enfilade.server.options import Options
from enfilade.server.processes.listeners import without_certificate
from enfilade.server.static.site import check_mounts
from enfilade.server.tls.terms import check_files, read_terms


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An ``error`` that the server would end with; ``is_typed`` if an option that brings it about
    stands on the command line, and not in a file or the environment of another machine."""

    error: DeveloperError
    is_typed: bool


def find_obstacles(configuration: Configuration) -> Iterator[Obstacle]:
    """One for each group of options at most."""
    for names, check in _CHECKS.items():
        try:
            check(configuration.options)
        except DeveloperError as error:
            yield obstacle(configuration, error, names)


def obstacle(
    configuration: Configuration, error: DeveloperError, names: tuple[str, ...]
) -> Obstacle:
    """That of *error*, which the options called *names* bring about."""
    sources = configuration.sources
    return Obstacle(error, any(sources.get(name, "").startswith("--") for name in names))


def _check_sendfile(options: Options) -> None:
    for _ in check_mounts("--sendfile", options.sendfile):
        continue


def _check_tls(options: Options) -> None:
    terms = read_terms(options)
    check_files(terms)
    for address in map(parse_address, () if terms.pairs else options.bind):
        if address.protocol == "https":
            raise without_certificate(address)


_CHECKS: Mapping[tuple[str, ...], Callable[[Options], None]] = MappingProxyType(
    {
        ("bind", "certificate", "key", "client_ca", "client_certificates"): _check_tls,
        ("sendfile",): _check_sendfile,
    }
)
