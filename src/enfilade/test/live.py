"""A real server for tests: sockets, threads and all, on a free port of the loopback interface."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Protocol

from enfilade.exceptions import DeveloperError
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.server.engine import choose_loop
from enfilade.server.loading.application import choose_interface
from enfilade.server.options import Options
from enfilade.server.processes.listeners import Listeners
from enfilade.test.environment import answering

PATIENCE = 10.0
"""Seconds to start, and seconds for requests under way when it ends."""


class LiveServerError(DeveloperError):
    """The server does not start, or a request keeps it from ending."""


class _Server(Protocol):
    def run(self) -> None: ...
    def drain(self, patience: float = ...) -> None: ...


class LiveServer:
    """Serves a site, or any WSGI or ASGI *application*, in a thread, for other programs to visit.

    It is a context manager; :meth:`start` and :meth:`stop` may be called from any thread, and
    again. *options* are those of :class:`~enfilade.server.options.Options`. ASGI applications
    need uvicorn. The site of the settings answers to *host* meanwhile, whatever
    ``ALLOWED_HOSTS`` says.
    """

    def __init__(
        self,
        application: Callable[..., Any] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        **options: Any,
    ) -> None:
        self.application = application
        self.host = host
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.options = Options(**{"threads": 4, **options, "bind": (address,)})
        self._changing = threading.RLock()
        self._settings = ExitStack()
        self._listeners: Listeners | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:49152``, without a slash. :exc:`LiveServerError` if not running."""
        if self._listeners is None:
            raise LiveServerError(
                "The live server is not running.", hint="Use it in a with block, or start() it."
            )
        port = self._listeners.sockets[0].getsockname()[1]
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{port}"

    @property
    def port(self) -> int:
        """The port that it has been given."""
        return int(self.url.rpartition(":")[2])

    def start(self, patience: float = PATIENCE) -> "LiveServer":
        """Listen and serve, if it does not yet. Raises :exc:`LiveServerError` if the application
        fails to start, or takes longer than *patience* seconds."""
        with self._changing:
            if self._thread is None:
                try:
                    self._start(patience)
                except BaseException:
                    self._release()
                    raise
        return self

    def stop(self, patience: float = PATIENCE) -> None:
        """End, if it runs. Raises :exc:`LiveServerError` if a request takes longer than
        *patience* seconds; its thread goes on."""
        with self._changing:
            thread, server = self._thread, self._server
            if thread is None or server is None:
                return
            server.drain(0.0)
            thread.join(patience)
            self._release()
            if thread.is_alive():
                raise LiveServerError(
                    f"A request to the live server did not end within {patience:g} s.",
                    hint="Let the view return, or close the client's connection.",
                )

    def _start(self, patience: float) -> None:
        if self.application is None:
            self._settings.enter_context(answering(self.host.lower()))
        self._listeners = listeners = Listeners(self.options)
        serves: SimpleQueue[bool] = SimpleQueue()
        self._server = server = self._make_server(listeners, lambda: serves.put(True))
        self._thread = threading.Thread(
            target=_run, args=(server, listeners, serves), name="live-server", daemon=True
        )
        self._thread.start()
        try:
            started = serves.get(timeout=patience)
        except Empty:
            server.drain(0.0)  # should it start after all, it ends at once
            self._listeners = None  # the thread is about to use them, and closes them
            raise LiveServerError(
                f"The live server did not start within {patience:g} s.",
                hint="Is the application's lifespan startup waiting for something?",
            ) from None
        if not started:
            raise LiveServerError("The live server did not start; the reason is in the log.")

    def _make_server(self, listeners: Listeners, on_ready: Callable[[], object]) -> _Server:
        application = self.application or WSGIHandler()
        interface, call = choose_interface(application, self.options.interface)
        if interface == "wsgi":
            return choose_loop()(listeners.sockets, call, self.options, on_ready=on_ready)
        from enfilade.server.loading.asgi import ASGIServer

        return ASGIServer(listeners.sockets, call, self.options, None, on_ready)

    def _release(self) -> None:
        if self._listeners is not None:
            self._listeners.close()
        self._listeners = self._server = self._thread = None
        self._settings.close()

    def __enter__(self) -> "LiveServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __str__(self) -> str:
        return self.url

    def __add__(self, path: str) -> str:
        return f"{self.url}{path}"

    def __repr__(self) -> str:
        return f"<LiveServer {self.url if self._listeners else 'stopped'}>"


def _run(server: _Server, listeners: Listeners, serves: "SimpleQueue[bool]") -> None:
    """The server's thread."""
    try:
        with suppress(SystemExit):  # a failed lifespan, whose reason has been logged
            server.run()
    finally:
        serves.put(False)  # nobody need wait for what has failed
        listeners.close()
