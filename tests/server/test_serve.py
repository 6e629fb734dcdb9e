"""What is set up before the first worker: a process as a service manager may start it."""

import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from running import listener

PATIENCE = 15

APPLICATION = """
def app(environ, start_response):
    print("who has descriptor 1 by now?")
    1 / 0
"""


@contextmanager
def serving_without(folder, descriptors):
    """The address of a server that was started with *descriptors* closed."""
    (folder / "app.py").write_text(APPLICATION)
    closing = " ".join(f"{descriptor}>&-" for descriptor in descriptors)
    with listener() as sock:
        bind = f"--bind=fd://{sock.fileno()}"
        command = [sys.executable, "-m", "enfilade", "run", "app:app", bind]
        process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" {closing}', "sh", *command],
            cwd=folder,
            pass_fds=[sock.fileno()],
        )
        try:
            yield sock.getsockname()
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("descriptors", [(2,), (0, 1, 2)])
def test_answers_although_standard_streams_are_closed(tmp_path, descriptors):
    with (
        serving_without(tmp_path, descriptors) as address,
        socket.create_connection(address, PATIENCE) as client,
    ):
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 500 ")


def test_dev_tells_of_a_client_that_was_given_the_wrong_scheme(launch):
    server = launch(command="dev").wait_until_ready()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
        client.sendall(b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + bytes(190))
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")
    server.wait_for_log("this port has http://, not https://")


def test_refuses_a_folder_that_is_not_there(launch, tmp_path):
    server = launch("--app-directory=nowhere")
    assert server.wait() == 2
    assert f"--app-directory: there is no folder {tmp_path / 'nowhere'}" in server.log
