"""One thread waits for all sockets and runs applications as well: that holds up nobody."""

import threading
import time

from patience import PATIENCE
from wire import serving


class Gate:
    """An application that waits at ``/wait`` until it is let go, and knows who was there."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if environ["PATH_INFO"] == "/wait":
            self.entered.release()
            self.let_go.wait(10)
        elif environ["PATH_INFO"] == "/nap":
            time.sleep(0.005)
        with self._lock:
            self.now -= 1
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]


def test_a_slow_request_does_not_hold_up_others():
    gate = Gate()
    with serving(gate, threads=2) as site, site.client() as slow, site.client() as quick:
        slow.request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        for _ in range(20):
            assert quick.get("/quick").body == b"/quick"
        gate.let_go.set()
        assert slow.answer().body == b"/wait"


def test_one_thread_runs_one_request_at_a_time_while_others_are_read():
    gate = Gate()
    with serving(gate, threads=1) as site:
        clients = [site.client() for _ in range(5)]
        clients[0].request("/wait")
        assert gate.entered.acquire(timeout=PATIENCE)
        for client in clients[1:]:
            client.request("/next")
        with site.client() as broken:  # somebody still looks at the sockets
            assert broken.send(b"nonsense\r\n\r\n").answer().status == 400
        assert gate.now == 1
        gate.let_go.set()
        for client in clients:
            assert client.answer().status == 200
            client.close()
    assert gate.most == 1


def test_when_most_requests_are_slow_as_many_run_as_there_are_threads():
    gate = Gate()
    with serving(gate, threads=4) as site:

        def visit():
            with site.client() as client:
                for _ in range(30):
                    assert client.get("/nap").status == 200

        visitors = [threading.Thread(target=visit) for _ in range(8)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert gate.most == 4


def test_when_all_threads_are_held_up_requests_wait_and_are_answered_afterwards():
    gate = Gate()
    with serving(gate, threads=3) as site:
        clients = [site.client() for _ in range(10)]
        for client in clients[:3]:
            client.request("/wait")
            assert gate.entered.acquire(timeout=PATIENCE)
        for client in clients[3:]:
            client.request("/later")
        gate.let_go.set()
        assert [client.answer().status for client in clients] == [200] * 10
        for client in clients:
            client.close()
    assert gate.most == 3


def test_a_thread_that_misses_its_deadline_is_replaced():
    gate = Gate()
    with serving(gate, threads=1, application_timeout=0.2) as site:
        for _ in range(3):
            with site.client() as client:
                assert client.get("/wait").status == 504
            with site.client() as client:
                assert client.get("/after").body == b"/after"
        assert site.stuck == 3
        gate.let_go.set()
        with site.client() as client:
            assert client.get("/after").body == b"/after"
        assert site.tally.total().responses[5] == 3


def test_an_application_that_computes_does_not_keep_others_from_being_read():
    stop = threading.Event()

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/compute":
            while not stop.is_set():
                sum(range(1000))
        start_response("200 OK", [])
        return [b"done"]

    with serving(application, threads=2) as site, site.client() as busy, site.client() as quick:
        busy.request("/compute")
        for _ in range(5):
            assert quick.get("/").body == b"done"
        stop.set()
        assert busy.answer().body == b"done"


def test_what_a_follower_leaves_for_the_plain_loop_does_not_wait_for_its_next_request():
    """The one thread goes on with the next request at once, and that takes long."""
    gate = Gate()
    with serving(gate, threads=1) as site, site.client() as first, site.client() as second:
        gate_of_first = "/wait"
        first.request(gate_of_first)
        assert gate.entered.acquire(timeout=PATIENCE)
        time.sleep(0.05)  # another thread leads by now
        first.send(b"nonsense\r\n\r\n")  # for the plain loop, once the first is answered
        second.request("/wait")
        time.sleep(0.05)
        gate.let_go.set()
        assert first.answer().status == 200
        assert first.answer().status == 400
        assert second.answer().status == 200


def test_the_plain_loops_requests_and_the_engines_take_turns():
    gate = Gate()
    chunked = "POST /nap HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with serving(gate, threads=1) as site:
        stop = threading.Event()

        def flood():
            with site.client() as client:
                while not stop.is_set():
                    client.send(b"GET /nap HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
                    for _ in range(20):
                        client.answer()

        floods = [threading.Thread(target=flood) for _ in range(3)]
        for thread in floods:
            thread.start()
        with site.client() as client:
            for _ in range(3):
                assert client.send(chunked.encode()).answer().status == 200
        stop.set()
        for thread in floods:
            thread.join()
