"""The end of a loop: nobody who has been let in is let down."""

import threading
from time import sleep

from enfilade.server.engine.loop import CompiledLoop
from patience import PATIENCE, until
from wire import serving
from wire.client import Client

BRIEF = {"keep_alive": 1.0}


class Gate:
    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/wait":
            self.entered.release()
            self.let_go.wait(10)
        start_response("200 OK", [])
        return [b"ok"]


def test_what_runs_is_answered_and_the_connection_then_ends():
    gate = Gate()
    with serving(gate, **BRIEF) as site, site.client() as client:
        client.request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        site.loop.drain()
        gate.let_go.set()
        answer = client.answer()
        assert answer.status == 200
        assert client.rest() == b""
        assert site.drained()


def test_a_connection_that_rests_may_send_one_more_request_which_ends_it():
    gate = Gate()
    with serving(gate, **BRIEF) as site, site.client() as client, site.client() as busy:
        assert not client.get("/").closes
        busy.request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        site.loop.drain()
        while not client.get("/").closes:
            pass
        assert client.rest() == b""
        gate.let_go.set()
        assert busy.answer().status == 200
        assert site.drained()


def test_who_waits_in_the_backlog_is_answered():
    gate = Gate()
    with serving(gate, threads=1, limit_connections=1, **BRIEF) as site, site.client() as client:
        client.request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        waiting = [Client(site.address) for _ in range(5)]
        for one in waiting:
            one.request("/")
        site.loop.drain()
        gate.let_go.set()
        assert client.answer().status == 200
        for one in waiting:
            assert one.answer().status == 200
            one.close()
        assert site.drained()


def test_half_a_head_may_be_completed_while_the_loop_drains():
    gate = Gate()
    with serving(gate, **BRIEF) as site, site.client() as late, site.client() as busy:
        busy.request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        late.send(b"GET / HTTP/1.1\r\nHo")
        assert site.client().get("/").status == 200  # that has been read by now
        site.loop.drain(patience=0)
        late.send(b"st: a\r\n\r\n")
        assert late.answer().status == 200
        gate.let_go.set()
        assert busy.answer().status == 200
        assert site.drained()


def test_connections_without_a_request_end_when_the_patience_has():
    gate = Gate()
    with serving(gate, **BRIEF) as site:
        clients = [site.client() for _ in range(5)]
        for client in clients[:3]:
            assert client.get("/").status == 200
        site.loop.drain(patience=0.1)
        assert [client.rest() for client in clients] == [b""] * 5
        assert site.drained()


def test_drains_whatever_happens_meanwhile():
    gate = Gate()
    for _ in range(10):
        with serving(gate, **BRIEF, threads=2) as site:
            stop = threading.Event()

            def visit(site=site, stop=stop):
                while not stop.is_set():
                    try:
                        with site.client() as client:
                            client.socket.settimeout(0.5)  # nobody takes it, perhaps
                            client.get("/")
                            client.reset()
                    except (OSError, EOFError):
                        return

            visitors = [threading.Thread(target=visit) for _ in range(3)]
            for visitor in visitors:
                visitor.start()
            with site.client() as client:
                client.get("/")
            site.loop.drain(patience=0)
            assert site.drained()
            stop.set()
            for visitor in visitors:
                visitor.join()


def test_who_has_been_handed_over_is_served_although_the_plain_loop_fails_just_then(monkeypatch):
    turn, failed = CompiledLoop.turn, threading.Event()

    def out_of_memory_once(loop):
        if draining.is_set() and loop._service.connections and not failed.is_set():
            failed.set()
            raise MemoryError
        return turn(loop)

    def echo(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    draining = threading.Event()
    monkeypatch.setattr(CompiledLoop, "turn", out_of_memory_once)
    with serving(echo, **BRIEF) as site, site.client() as client:
        assert not client.get("/").closes
        site.loop.drain()
        until(lambda: site.loop._service.draining)
        draining.set()
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc")
        assert failed.wait(5)
        sleep(0.1)  # in which nothing happens that would give the plain loop its next turn
        client.send(b"\r\n0\r\n\r\n")
        assert client.answer().body == b"abc"
