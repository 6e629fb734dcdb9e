"""PEP 3333, "The start_response() Callable", where the engine itself is what is called."""

import io
import sys
import threading

import pytest

from enfilade.server.scoreboard import TIMED_OUT
from patience import until
from wire import serving


def test_a_second_call_with_exc_info_replaces_the_head():
    def application(environ, start_response):
        start_response("200 OK", [("X-First", "yes")])
        try:
            raise ValueError("changed my mind")
        except ValueError:
            start_response("503 Service Unavailable", [("X-Second", "yes")], sys.exc_info())
        return [b"sorry"]

    with serving(application) as site, site.client() as client:
        answer = client.get("/")
        assert (answer.status, answer.body) == (503, b"sorry")
        assert "x-first" not in answer.headers
        assert answer.headers["x-second"] == "yes"


def test_a_second_call_without_exc_info_is_an_error_and_the_first_head_stands():
    errors = []

    def application(environ, start_response):
        start_response("200 OK", [("X-First", "yes")])
        try:
            start_response("201 Created", [])
        except Exception as error:
            errors.append(error)
        return [b"body"]

    with serving(application) as site, site.client() as client:
        answer = client.get("/")
        assert (answer.status, answer.body) == (200, b"body")
    assert "second time" in str(errors[0])


def test_exc_info_is_raised_again_once_the_head_has_left():
    raised = []

    def application(environ, start_response):
        write = start_response("200 OK", [("Content-Length", "9")])
        write(b"half ")
        try:
            raise KeyError("late")
        except KeyError:
            try:
                start_response("500 Oops", [], sys.exc_info())
            except KeyError as error:
                raised.append(error)
        return [b"full"]

    with serving(application) as site, site.client() as client:
        assert client.get("/").body == b"half full"
    assert raised[0].args == ("late",)


def test_write_comes_before_what_is_returned():
    def application(environ, start_response):
        write = start_response("200 OK", [("Content-Length", "11")])
        write(b"one ")
        write(b"two ")
        return [b"two", b""]

    with serving(application) as site, site.client() as client:
        assert client.get("/").body == b"one two two"
        assert client.get("/").body == b"one two two"


def test_an_iterable_may_call_start_response_when_it_is_first_asked():
    def application(environ, start_response):
        start_response("200 OK", [])
        yield b"late"

    with serving(application) as site, site.client() as client:
        assert client.get("/").body == b"late"


def test_the_list_of_headers_belongs_to_the_application_again_after_the_call():
    kept = []

    def application(environ, start_response):
        headers = [("X-Name", "before")]
        start_response("200 OK", headers)
        headers[:] = [("X-Name", "after\r\nX-Injected: yes"), ("Content-Length", "999")]
        kept.append(headers)
        return [b"ok"]

    with serving(application) as site, site.client() as client:
        answer = client.get("/")
        assert answer.headers["x-name"] == "before"
        assert "x-injected" not in answer.headers
        assert answer.body == b"ok"
    assert len(kept[0]) == 2


@pytest.mark.parametrize("what", ["start_response", "write"])
def test_what_is_kept_and_called_after_the_end_touches_no_other_answer(what):
    kept, errors, returned = [], [], []

    def application(environ, start_response):
        write = start_response("200 OK", [("X-Path", environ["PATH_INFO"])])
        for late in kept:
            try:
                if what == "write":
                    late(b"what belongs to the one before")
                else:
                    late("404 Not Found", [("X-Stolen", "yes")])
            except Exception as error:
                errors.append(error)
            else:
                returned.append(late)
        if not kept:
            kept.append(write if what == "write" else start_response)
        return [environ["PATH_INFO"].encode()]

    with serving(application, threads=1) as site, site.client() as client:
        # In one batch, so that the same thread has them one after the other.
        client.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % i for i in range(4)))
        for number in range(4):
            answer = client.answer()
            assert (answer.status, answer.body) == (200, b"/%d" % number)
            assert answer.headers["x-path"] == f"/{number}"
            assert "x-stolen" not in answer.headers
    assert not returned
    assert len(errors) == 3


def test_write_from_another_thread_while_the_application_returns_ends_with_an_error():
    outcomes = []

    def application(environ, start_response):
        write = start_response("200 OK", [])
        write(b"x")
        began = threading.Event()

        def go_on():
            began.set()
            try:
                while True:
                    write(b"x" * 60000)
            except Exception as error:
                outcomes.append(error)

        threading.Thread(target=go_on).start()
        began.wait()
        return []

    with serving(application, threads=2, write_timeout=0.5) as site:
        for _ in range(20):
            with site.client(receive_buffer=4096) as client:
                client.request("/")
                client.socket.recv(1)
        until(lambda: len(outcomes) == 20, "each of them has ended")


def test_a_status_that_is_refused_after_a_good_one_does_not_leave_an_answer_without_a_head():
    def application(environ, start_response):
        start_response("200 OK", [])
        try:
            raise ValueError
        except ValueError:
            try:
                start_response("nonsense", [], sys.exc_info())
            except Exception:
                pass
        return [b"body"]

    with serving(application) as site, site.client() as client:
        answer = client.get("/")
    assert answer.status in (200, 500)
    assert answer.head.startswith(b"HTTP/1.1 ")


def test_the_iterator_is_asked_for_once():
    asked = []

    class Body:
        def __iter__(self):
            asked.append(1)
            return iter(self.chunks)

        def __init__(self, chunks):
            self.chunks = chunks

    bodies = [Body([b"a", b"b"]), Body([b"a", bytearray(b"b")]), Body({b"k": 1})]

    def application(environ, start_response):
        start_response("200 OK", [])
        return bodies[int(environ["PATH_INFO"][1:])]

    with serving(application) as site, site.client() as client:
        assert client.get("/0").body == b"ab"
        assert client.get("/2").body == b"k"
        assert client.get("/1").status == 500
    assert len(asked) == 3


def test_errors_that_the_application_has_put_into_environ_stay_there():
    seen = []

    def application(environ, start_response):
        mine = environ["wsgi.errors"] = io.StringIO()
        write = start_response("200 OK", [])
        write(b"a")
        seen.append(environ["wsgi.errors"] is mine)
        return [b"b"]

    with serving(application) as site, site.client() as client:
        assert client.get("/").body == b"ab"
    assert seen == [True]


@pytest.mark.parametrize(("status", "kind"), [("404 Not Found", 4), ("999 Unheard Of", 5)])
def test_an_answer_is_counted_by_its_class_and_as_nothing_else(status, kind):
    def application(environ, start_response):
        start_response(status, [])
        return [b""]

    with serving(application) as site, site.client() as client:
        client.get("/")
        site.wait_for_records(1)
    assert site.tally.total().responses == [int(number == kind) for number in range(6)]
    assert site.tally.total()[TIMED_OUT] == 0


class Raising:
    """A body that is in memory, with a ``close`` that fails in the worst way."""

    def __init__(self, error):
        self.error = error

    def __iter__(self):
        return iter([b"body"])

    def close(self):
        raise self.error


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt()])
def test_a_close_that_fails_ends_no_thread(error, capsys):
    def application(environ, start_response):
        start_response("200 OK", [])
        return Raising(error)

    with serving(application, threads=1) as site, site.client() as client:
        for _ in range(5):
            assert client.get("/").body == b"body"


class Unpleasant:
    """A body whose very attributes fail."""

    def __iter__(self):
        return iter([b"body"])

    @property
    def close(self):
        raise RuntimeError("no close for you")


def test_whatever_fails_ends_with_a_500_and_the_thread_goes_on(capsys):
    def application(environ, start_response):
        start_response("200 OK", [])
        return Unpleasant() if environ["PATH_INFO"] == "/bad" else [b"fine"]

    with serving(application, threads=1) as site:
        for _ in range(5):
            with site.client() as client:
                assert client.get("/bad").status == 500
                client.rest()
        with site.client() as client:
            assert client.get("/").body == b"fine"
        assert site.loop._engine.connections <= 1
