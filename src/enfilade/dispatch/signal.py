"""A signal and its receivers, with the semantics of ``django.dispatch.Signal``.

Receivers may be plain functions or coroutine functions; ``send`` and ``asend`` reach both. A
signal nobody listens to costs one truth test: ``if signal.receivers: signal.send(...)``.
"""

import inspect
import logging
import threading
import weakref
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

# asyncio and the bridge are imported where a receiver needs them: they take longer to import
# than the rest of the framework, and every response knows a signal.
Receiver = Callable[..., Any]
Responses = list[tuple[Receiver, Any]]

logger = logging.getLogger("enfilade.dispatch")


@dataclass(frozen=True, slots=True)
class Connection:
    """One receiver, connected for one sender (``None``: for every sender)."""

    key: tuple[Hashable, int | None]
    reference: Callable[[], Receiver | None]
    is_async: bool


def _identity(receiver: Receiver) -> Hashable:
    if inspect.ismethod(receiver):
        return id(receiver.__self__), id(receiver.__func__)
    return id(receiver)


def _sender_id(sender: object) -> int | None:
    return None if sender is None else id(sender)


def _check_receiver(receiver: Receiver) -> None:
    if not callable(receiver):
        raise TypeError(f"Signal receivers must be callable, not {receiver!r}.")
    try:
        parameters = inspect.signature(receiver).parameters.values()
    except ValueError:  # a builtin without a signature: the call itself will tell
        return
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        raise ValueError("Signal receivers must accept keyword arguments (**kwargs).")


class Signal:
    """Something that happens, to which receivers can be connected.

    ``receivers`` is an immutable tuple that is replaced as a whole, so sending needs no lock.
    """

    def __init__(self, use_caching: bool = False) -> None:
        # use_caching is Django's; looking receivers up is cheap enough here without a cache.
        self.receivers: tuple[Connection, ...] = ()
        self._changing = threading.Lock()

    def connect(
        self,
        receiver: Receiver,
        sender: object = None,
        weak: bool = True,
        dispatch_uid: Hashable = None,
    ) -> None:
        """Call *receiver* whenever *sender* (or anybody) sends this signal.

        Raises :exc:`TypeError` if it is not callable, :exc:`ValueError` if it does not take
        ``**kwargs``. With ``weak`` the signal does not keep the receiver alive.
        """
        from enfilade.bridge import iscoroutinefunction

        _check_receiver(receiver)
        key = (dispatch_uid or _identity(receiver), _sender_id(sender))
        reference = self._reference(receiver) if weak else lambda: receiver
        connection = Connection(key, reference, iscoroutinefunction(receiver))
        with self._changing:
            # A dead receiver's identity may be that of the new one.
            living = self._living()
            if all(other.key != key for other in living):
                self.receivers = (*living, connection)

    def _reference(self, receiver: Receiver) -> Callable[[], Receiver | None]:
        owner = receiver.__self__ if inspect.ismethod(receiver) else receiver
        weakref.finalize(owner, self._bury).atexit = False
        if inspect.ismethod(receiver):
            return weakref.WeakMethod(receiver)
        return weakref.ref(receiver)

    def _living(self) -> tuple[Connection, ...]:
        return tuple(each for each in self.receivers if each.reference() is not None)

    def _bury(self) -> None:
        """Let go of receivers that have died; the garbage collector may call this anywhere, even
        in the middle of a change. Then the next one sees to it."""
        if self._changing.acquire(blocking=False):
            try:
                self.receivers = self._living()
            finally:
                self._changing.release()

    def disconnect(
        self,
        receiver: Receiver | None = None,
        sender: object = None,
        dispatch_uid: Hashable = None,
    ) -> bool:
        """Undo :meth:`connect`; returns whether there was such a connection."""
        identity = dispatch_uid or (None if receiver is None else _identity(receiver))
        key = (identity, _sender_id(sender))
        with self._changing:
            kept = tuple(each for each in self.receivers if each.key != key)
            removed = len(kept) != len(self.receivers)
            self.receivers = kept
        return removed

    def has_listeners(self, sender: object = None) -> bool:
        """Whether anybody would hear *sender*."""
        return any(self._live(sender))

    def _live(self, sender: object) -> tuple[list[Receiver], list[Receiver]]:
        """The sync and the async receivers that hear *sender*, in order of connection."""
        groups: tuple[list[Receiver], list[Receiver]] = ([], [])
        wanted = (None, id(sender))
        for connection in self.receivers:
            if connection.key[1] in wanted and (receiver := connection.reference()) is not None:
                groups[connection.is_async].append(receiver)
        return groups

    def send(self, sender: object, **named: Any) -> Responses:
        """Call every receiver; the first exception ends the round and is raised."""
        return self._send(sender, _call, _acall, named)

    def send_robust(self, sender: object, **named: Any) -> Responses:
        """Call every receiver; an exception is logged and becomes that receiver's response."""
        return self._send(sender, _call_robust, _acall_robust, named)

    async def asend(self, sender: object, **named: Any) -> Responses:
        """:meth:`send` from a coroutine: sync receivers share a thread, async ones run at once."""
        return await self._asend(sender, _call, _acall, named)

    async def asend_robust(self, sender: object, **named: Any) -> Responses:
        """:meth:`send_robust` from a coroutine."""
        return await self._asend(sender, _call_robust, _acall_robust, named)

    def _send(self, sender: object, call: Any, acall: Any, named: dict[str, Any]) -> Responses:
        plain, asynchronous = self._live(sender)
        named = {"signal": self, "sender": sender, **named}
        responses = _each(call, plain, named)
        if asynchronous:
            from enfilade.bridge import async_to_sync

            responses += async_to_sync(_gather)(acall, asynchronous, named)
        return responses

    async def _asend(
        self, sender: object, call: Any, acall: Any, named: dict[str, Any]
    ) -> Responses:
        plain, asynchronous = self._live(sender)
        named = {"signal": self, "sender": sender, **named}
        if not plain:
            return await _gather(acall, asynchronous, named)
        import asyncio

        from enfilade.bridge import in_thread

        groups = await asyncio.gather(
            in_thread(_each)(call, plain, named), _gather(acall, asynchronous, named)
        )
        return groups[0] + groups[1]


def _each(call: Receiver, receivers: Iterable[Receiver], named: dict[str, Any]) -> Responses:
    return [(receiver, call(receiver, named)) for receiver in receivers]


async def _gather(
    acall: Callable[..., Awaitable[Any]], receivers: list[Receiver], named: dict[str, Any]
) -> Responses:
    import asyncio

    results = await asyncio.gather(*(acall(receiver, named) for receiver in receivers))
    return list(zip(receivers, results, strict=True))


def _call(receiver: Receiver, named: dict[str, Any]) -> Any:
    return receiver(**named)


async def _acall(receiver: Receiver, named: dict[str, Any]) -> Any:
    return await receiver(**named)


def _call_robust(receiver: Receiver, named: dict[str, Any]) -> Any:
    try:
        return receiver(**named)
    except Exception as exc:
        return _log_failure(receiver, exc)


async def _acall_robust(receiver: Receiver, named: dict[str, Any]) -> Any:
    try:
        return await receiver(**named)
    except Exception as exc:
        return _log_failure(receiver, exc)


def _log_failure(receiver: Receiver, exc: Exception) -> Exception:
    name = getattr(receiver, "__qualname__", repr(receiver))
    logger.error("Error calling %s in Signal.send_robust() (%s)", name, exc, exc_info=exc)
    return exc


def receiver(signal: Signal | Iterable[Signal], **options: Any) -> Callable[[Receiver], Receiver]:
    """Connect the decorated function to one signal or several."""
    signals = (signal,) if isinstance(signal, Signal) else tuple(signal)

    def connect(function: Receiver) -> Receiver:
        for each in signals:
            each.connect(function, **options)
        return function

    return connect
