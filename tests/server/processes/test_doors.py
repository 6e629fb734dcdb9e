"""Doors as an operator opens them: certificates, kinds of listeners, sockets of each worker."""

import http.client
import shutil
import signal
import socket
import ssl

import pytest

from certificates import Authority
from enfilade.server.options import Options
from enfilade.server.processes.listeners import (
    ListenError,
    own_listeners,
)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def issued(authority):
    return authority.issue("localhost", "localhost", "IP:127.0.0.1")


# Which door where ----------------------------------------------------------------------------


def test_with_a_certificate_tcp_addresses_speak_tls_and_others_do_not(listen, issued, tmp_path):
    places = ("127.0.0.1:0", "http://127.0.0.1:0", f"unix:{tmp_path}/a", f"https:unix:{tmp_path}/b")
    listeners = listen(*places, "uwsgi://127.0.0.1:0", **issued.options)
    kinds = [listener.protocol for listener in listeners.sockets]
    assert kinds == ["https", "http", "http", "https", "uwsgi"]
    assert [bool(listener.certificates) for listener in listeners.sockets] == [
        kind == "https" for kind in kinds
    ]
    urls = listeners.urls()
    assert urls[0].startswith("https://127.0.0.1:")
    assert urls[2:4] == [f"unix:{tmp_path}/a", f"https:unix:{tmp_path}/b"]
    assert urls[4].startswith("uwsgi://127.0.0.1:")


def test_a_tcp_socket_that_was_passed_in_speaks_tls_too(listen, issued):
    with socket.create_server(("127.0.0.1", 0)) as parent:
        listeners = listen(f"fd://{parent.detach()}", **issued.options)
    assert listeners.sockets[0].protocol == "https"


def test_tls_needs_a_certificate(listen):
    with pytest.raises(ListenError, match="needs a certificate") as error:
        listen("https://127.0.0.1:0")
    assert "--certificate" in error.value.hint


def test_a_certificate_that_nobody_would_see_is_a_mistake(listen, issued, tmp_path):
    with pytest.raises(ListenError, match="no address at which TLS"):
        listen(f"unix:{tmp_path}/a", **issued.options)


def test_two_kinds_of_forwarded_fields_are_a_mistake(listen):
    with pytest.raises(ListenError, match="exclude one another"):
        listen("127.0.0.1:0", forwarded=("forwarded", "x-forwarded-for"))


# A port for each worker ----------------------------------------------------------------------


def test_with_reuse_port_the_supervisor_only_keeps_the_address(listen):
    listeners = listen("127.0.0.1:0", reuse_port=True)
    address = listeners.sockets[0].getsockname()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    workers = [own_listeners(listeners.sockets, Options(reuse_port=True)) for _ in range(2)]
    try:
        assert {own.getsockname() for (own,) in workers} == {address}
        for _ in range(4):
            socket.create_connection(address).close()
    finally:
        for (own,) in workers:
            own.close()


def test_without_it_and_on_unix_sockets_workers_have_the_same(listen, tmp_path):
    listeners = listen("127.0.0.1:0")
    assert own_listeners(listeners.sockets, Options()) is listeners.sockets
    shared = listen(f"unix:{tmp_path}/a", reuse_port=True).sockets
    assert own_listeners(shared, Options(reuse_port=True)) == shared


@pytest.mark.slow
def test_each_worker_serves_at_its_own_socket_and_reloads(launch):
    server = launch("--workers=2", "--reuse-port").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "both are there")
    pids = server.until(
        lambda: (found := {server.get().split()[1] for _ in range(20)}) and len(found) == 2,
        "both answer",
    )
    assert pids
    server.reload()
    assert server.get().startswith("one ")
    server.send(signal.SIGTERM)
    assert server.wait() == 0


# From the command line -----------------------------------------------------------------------


def get(server, authority) -> tuple[str, bytes]:
    """A body over TLS, and the certificate that was shown."""
    port = int(server.log.partition("https://127.0.0.1:")[2].split()[0])
    context = ssl.create_default_context(cafile=str(authority.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("GET", "/")
        shown = connection.sock.getpeercert(binary_form=True)
        return connection.getresponse().read().decode(), shown
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_tls_from_one_flag_and_a_renewed_certificate_after_a_reload(
    launch, authority, tmp_path, interface
):
    first = authority.issue("first", "IP:127.0.0.1")
    files = tmp_path / "site.pem", tmp_path / "site.key"

    def put(issued):
        for source, file in zip((issued.certificate, issued.key), files, strict=True):
            shutil.copy(source, file)

    put(first)
    (tmp_path / "async_app.py").write_text(ASGI)
    target = "async_app:app" if interface == "asgi" else "app:app"
    server = launch(target, f"--certificate={files[0]}", f"--key={files[1]}").wait_until_ready()
    body, old = get(server, authority)
    assert body.startswith("one")
    put(authority.issue("second", "IP:127.0.0.1"))
    server.reload()
    server.until(lambda: get(server, authority)[1] != old, "the new one is shown")


ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": kind + ".complete"})
            if kind == "lifespan.shutdown":
                return
    assert scope["scheme"] == "https"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"one"})
"""


@pytest.mark.slow
@pytest.mark.parametrize("door", ["--proxy-protocol", "--bind=uwsgi://127.0.0.1:0"])
def test_doors_that_asyncio_has_not_are_refused(launch, tmp_path, door):
    (tmp_path / "async_app.py").write_text(ASGI)
    server = launch("async_app:app", door)
    assert server.wait() == 2
    assert "neither the PROXY protocol nor uwsgi" in server.log


@pytest.mark.slow
def test_a_key_that_cannot_be_read_is_told_of_before_anything_starts(launch, issued, tmp_path):
    server = launch(f"--certificate={issued.certificate}", f"--key={tmp_path}/none")
    assert server.wait() == 2
    assert "Cannot read" in server.log
    assert "Traceback" not in server.log
