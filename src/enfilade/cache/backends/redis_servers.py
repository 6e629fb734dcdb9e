"""The Redis servers of one cache, through redis-py: the first is written to, the others are read.

Connections are pooled; a forked child opens its own. Nobody waits longer than a second for one or
for an answer (``OPTIONS`` may say otherwise), and nothing is tried twice: a connection that the
server has closed is found out when it is taken from the pool, and made anew. During a silence one
caller at a time waits that second, and the others are told at once.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from enfilade.cache.errors import InvalidCacheBackendError
from enfilade.cache.keys import imported
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable
from enfilade.outage import SECONDS_TO_WAIT, Outage


class RedisServers:
    """Clients for *addresses* (``redis://``, ``rediss://``, ``unix://``).

    *options* are those of redis-py's connections, and ``pool_class`` and ``parser_class``, both
    classes or their dotted paths. Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if
    redis-py is not installed or an address makes no sense.
    """

    def __init__(self, addresses: Sequence[str], options: Mapping[str, Any]) -> None:
        self._redis = _library()
        options = {name: _class(name, value) for name, value in options.items()}
        pool_class = options.pop("pool_class", self._redis.ConnectionPool)
        options = {**self._deadlines(), **options}
        try:
            pools = [pool_class.from_url(address, **options) for address in addresses]
        except ValueError as error:
            raise InvalidCacheBackendError(
                f"LOCATION of a Redis cache cannot be used: {error}",
                hint="An address is redis://HOST:PORT/NUMBER.",
            ) from error
        clients = [self._redis.Redis(connection_pool=pool) for pool in pools]
        self.writer: Any = clients[0]
        self._readers = clients[1:] or clients
        self._outage = Outage("The cache")

    @property
    def reader(self) -> Any:
        """A client to read with."""
        return self._readers[0] if len(self._readers) == 1 else random.choice(self._readers)  # noqa: S311

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise :exc:`~enfilade.exceptions.ServiceUnavailable` if the server does not answer,
        :exc:`~enfilade.exceptions.ImproperlyConfigured` if it wants another password."""
        lost = self._redis.exceptions
        try:
            with self._outage.asking(lost.TimeoutError):
                yield
        except (lost.AuthenticationError, lost.NoPermissionError) as error:
            raise ImproperlyConfigured(
                f"Redis refuses the cache: {error}",
                hint="Put the user and the password into LOCATION: redis://USER:PASSWORD@HOST",
            ) from error
        except (lost.ConnectionError, lost.TimeoutError, OSError) as error:
            raise ServiceUnavailable(f"The cache does not answer: {error}") from error

    def _deadlines(self) -> dict[str, Any]:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return {
            "socket_connect_timeout": SECONDS_TO_WAIT,
            "socket_timeout": SECONDS_TO_WAIT,
            "retry": Retry(NoBackoff(), 0),
            # With RESP3 a server may send by itself, and a connection with something to read
            # would no longer be one that is broken.
            "protocol": 2,
        }


def _class(name: str, value: Any) -> Any:
    if name in ("pool_class", "parser_class") and isinstance(value, str):
        return imported(value, f"OPTIONS[{name!r}]")
    return value


def _library() -> Any:
    try:
        import redis
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            "A Redis cache is needed, and redis-py is not installed.",
            hint='pip install "enfilade[redis]"',
        ) from error
    return redis
