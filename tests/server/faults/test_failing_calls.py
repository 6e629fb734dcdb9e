"""F25: system calls that are interrupted, refused or fail now and then; strace makes them so."""

import subprocess
import sys
import textwrap

import pytest

from running import program
from wire import Client

PROGRAM = """
    import socket, sys, threading
    from enfilade.server.engine import choose_loop
    from enfilade.server.options import Options

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    ready = lambda: print(port, flush=True)
    loop = choose_loop()([listener], application, Options(threads=2), on_ready=ready)
    threading.Thread(target=lambda: (sys.stdin.read(), loop.drain(0)), daemon=True).start()
    loop.run()
"""

FAULTS = {
    "a connection that is gone before it is accepted": ("accept4:error=ECONNABORTED:when=1+3",),
    "an interrupted accept": ("accept4:error=EINTR:when=1+2",),
    "no descriptor for a while": ("accept4:error=EMFILE:when=2..3",),
    "an interrupted wait": ("epoll_wait:error=EINTR:when=3+3",),
    "interrupted reading": ("recvfrom:error=EINTR:when=2+3",),
    "interrupted sending": ("sendto:error=EINTR:when=2+3",),
    "everything at times": (
        "accept4:error=ECONNABORTED:when=3+5",
        "recvfrom:error=EINTR:when=2+5",
        "sendto:error=EINTR:when=3+7",
        "epoll_wait:error=EINTR:when=5+5",
    ),
}


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.parametrize("fault", FAULTS)
def test_every_request_is_answered_all_the_same(fault):
    traced = [option for each in FAULTS[fault] for option in ("-e", f"inject={each}")]
    process = subprocess.Popen(
        [program("strace"), "-f", "-qq", "-o", "/dev/null", *traced,
         sys.executable, "-c", textwrap.dedent(PROGRAM)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        port = int(process.stdout.readline())
        for _ in range(8):
            with Client(("127.0.0.1", port)) as client:
                for _ in range(5):
                    assert client.get("/").body == b"hello"
        assert process.poll() is None
    finally:
        process.communicate(timeout=20)  # strace passes no signals on
    assert process.returncode == 0
