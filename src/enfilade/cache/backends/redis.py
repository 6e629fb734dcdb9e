"""Values on a Redis server, for all processes of all machines.

``LOCATION`` is an address, several in one text with ``,`` or ``;`` between them, or a list: the
first is written to, the others are read. ``OPTIONS`` may hold ``serializer``, see
:mod:`enfilade.cache.serializers`, and what :mod:`~enfilade.cache.backends.redis_servers` takes.

Every call raises :exc:`~enfilade.exceptions.ServiceUnavailable`, answered 503, while the server
does not answer.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from enfilade.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from enfilade.cache.backends.redis_servers import RedisServers
from enfilade.cache.keys import key_in_bytes
from enfilade.cache.operations import not_found
from enfilade.cache.serializers import get_serializer

# Between EXISTS and INCRBY of a client the key may expire, and would then count for ever.
_INCREMENT = """
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCRBY', KEYS[1], ARGV[1]) end
return nil
"""


class RedisCache(BaseCache):
    """The cache on one Redis, or on one with replicas."""

    def __init__(self, server: str | Iterable[str], params: Any) -> None:
        super().__init__(params)
        options = dict(params.get("OPTIONS", {}))
        for of_the_cache in ("MAX_ENTRIES", "CULL_FREQUENCY"):  # Redis has its own maxmemory
            options.pop(of_the_cache, None)
        self._serializer = get_serializer(options.pop("serializer", None))
        addresses = re.split("[;,]", server) if isinstance(server, str) else list(server)
        self.servers = RedisServers(addresses, options)

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        """Whole seconds from now; ``None`` for never, 0 for at once."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else max(0, int(seconds))

    def make_and_validate_key(self, key: Any, version: Any = None) -> str:
        """As everywhere; :exc:`~enfilade.cache.InvalidCacheKey` for what is no UTF-8."""
        made = super().make_and_validate_key(key, version)
        key_in_bytes(made)
        return made

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* unless there is one already; whether it is kept."""
        key = self.make_and_validate_key(key, version)
        seconds = self.get_backend_timeout(timeout)
        data = self._serializer.dumps(value)
        if seconds == 0:  # Redis has no such lifetime
            return not self._write("exists", key)
        return bool(self._write("set", key, data, ex=seconds, nx=True))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The value, or *default*."""
        data = self._read("get", self.make_and_validate_key(key, version))
        return default if data is None else self._serializer.loads(data)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Keep *value*."""
        key = self.make_and_validate_key(key, version)
        seconds = self.get_backend_timeout(timeout)
        data = self._serializer.dumps(value)
        if seconds == 0:
            self._write("delete", key)
        else:
            self._write("set", key, data, ex=seconds)

    def replace(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* in place of one that is there; whether there was one."""
        key = self.make_and_validate_key(key, version)
        seconds = self.get_backend_timeout(timeout)
        data = self._serializer.dumps(value)
        if seconds == 0:
            return bool(self._write("delete", key))
        return bool(self._write("set", key, data, ex=seconds, xx=True))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Give the value another timeout; whether there is one."""
        key = self.make_and_validate_key(key, version)
        seconds = self.get_backend_timeout(timeout)
        if seconds is None:
            # PERSIST says no, too, where there is nothing to take away.
            return bool(self._write("persist", key) or self._write("exists", key))
        return bool(self._write("expire", key, seconds))

    def delete(self, key: Any, version: Any = None) -> bool:
        """Forget the value; whether there was one."""
        return bool(self._write("delete", self.make_and_validate_key(key, version)))

    def has_key(self, key: Any, version: Any = None) -> bool:
        """Whether there is a value."""
        return bool(self._read("exists", self.make_and_validate_key(key, version)))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Add *delta* to the value, whose timeout stays; :exc:`ValueError` if there is none,
        :exc:`TypeError` if it is no whole number of 64 bits."""
        made = self.make_and_validate_key(key, version)
        import redis

        try:
            value = self._write("eval", _INCREMENT, 1, made, delta)
        except redis.ResponseError as error:
            raise TypeError(f"The value of {made!r} cannot be incremented: {error}") from error
        if value is None:
            raise not_found(made)
        return int(value)

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """The values that are there, by key, in one question."""
        made = {self.make_and_validate_key(key, version): key for key in keys}
        found = self._read("mget", list(made)) if made else ()
        pairs = zip(made.values(), found, strict=True)
        return {key: self._serializer.loads(data) for key, data in pairs if data is not None}

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """Keep several values, all or none; the keys that failed, which are none."""
        made = {
            self.make_and_validate_key(key, version): self._serializer.dumps(value)
            for key, value in data.items()
        }
        seconds = self.get_backend_timeout(timeout)
        self.refuse_on_event_loop()
        if made:
            pipeline = self.servers.writer.pipeline()
            pipeline.mset(made)
            for key in made if seconds is not None else ():
                pipeline.expire(key, seconds)
            with self.servers.translated():
                pipeline.execute()
        return []

    def delete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """Forget several values, in one question."""
        if made := [self.make_and_validate_key(key, version) for key in keys]:
            self._write("delete", *made)

    def clear(self) -> bool:
        """Empty the database that ``LOCATION`` names, whoever has written to it."""
        return bool(self._write("flushdb"))

    def _read(self, command: str, *arguments: Any) -> Any:
        self.refuse_on_event_loop()
        with self.servers.translated():
            return getattr(self.servers.reader, command)(*arguments)

    def _write(self, command: str, *arguments: Any, **options: Any) -> Any:
        self.refuse_on_event_loop()
        with self.servers.translated():
            return getattr(self.servers.writer, command)(*arguments, **options)
