"""HTTP/1.1 for ASGI applications, on real sockets."""

import asyncio
import socket
import threading
from contextlib import suppress

import pytest

GET = b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n"


async def echo(scope, receive, send):
    """Says which request it was, and gives its body back."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    said = b"%s %s %s" % (scope["method"].encode(), scope["raw_path"], body)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said})


async def test_answers_with_the_length_and_keeps_the_connection(serve):
    async with serve(echo) as served:
        client = await served.connect()
        for number in range(3):
            await client.say(GET % b"%d" % number)
            status, fields, body = await client.answer()
            assert (status, body) == (b"HTTP/1.1 200 OK", b"GET /%d " % number)
            assert fields[b"content-length"] == b"%d" % len(body)
            assert {b"date", b"server"} < fields.keys()
            assert b"connection" not in fields


VECTORS = [
    (GET % b"x", b"GET /x "),
    (b"\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /x "),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", b"POST /x hello"),
    (
        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nA: b\r\n\r\n",
        b"POST /x hello",
    ),
]


@pytest.mark.parametrize(("data", "said"), VECTORS, ids=["get", "blank", "length", "chunked"])
async def test_requests_may_be_cut_at_every_byte(serve, data, said):
    async with serve(echo) as served:
        client = await served.connect()
        for cut in range(1, len(data)):
            await client.say(data[:cut])
            await asyncio.sleep(0)
            await client.say(data[cut:] + data)  # and another behind it
            for _ in range(2):
                assert (await client.answer())[2] == said


async def test_pipelined_requests_are_answered_in_their_order(serve):
    async with serve(echo) as served:
        client = await served.connect()
        await client.say(b"".join(GET % b"%d" % number for number in range(200)))
        for number in range(200):
            assert (await client.answer())[2] == b"GET /%d " % number


async def test_head_has_the_length_and_no_body(serve):
    async with serve(echo) as served:
        client = await served.connect()
        await client.say(b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + GET % b"y")
        assert (await client.answer(body=False))[1][b"content-length"] == b"8"
        assert (await client.answer())[2] == b"GET /y "


@pytest.mark.parametrize(
    ("fields", "version", "connection"),
    [
        (b"Connection: close\r\n", b"1.1", b"close"),
        (b"", b"1.0", b"close"),
        (b"Connection: keep-alive\r\n", b"1.0", b"keep-alive"),
    ],
)
async def test_the_connection_ends_as_the_client_wants(serve, fields, version, connection):
    async with serve(echo) as served:
        client = await served.connect()
        await client.say(b"GET /x HTTP/%s\r\nHost: a\r\n%s\r\n" % (version, fields))
        assert (await client.answer())[1][b"connection"] == connection
        if connection == b"close":
            assert await client.rest() == b""


async def test_an_application_may_end_the_connection(serve):
    async def application(scope, receive, send):
        headers = [(b"connection", b"close"), (b"transfer-encoding", b"chunked")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"bye"})

    async with serve(application) as served:
        client = await served.connect()
        await client.say(GET % b"")
        _, fields, body = await client.answer()
        assert (fields[b"connection"], fields[b"content-length"], body) == (b"close", b"3", b"bye")
        assert await client.rest() == b""


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
async def test_what_is_sent_in_pieces_arrives_in_pieces(serve, version):
    gate = asyncio.Event()

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await gate.wait()
        await send({"type": "http.response.body", "body": b"second"})

    async with serve(application) as served:
        client = await served.connect()
        await client.say(b"GET / HTTP/%s\r\nHost: a\r\n\r\n" % version)
        head = await client.reader.readuntil(b"first ")
        assert (b"chunked" in head) is (version == b"1.1")
        gate.set()
        assert (await client.reader.readuntil(b"second")).endswith(b"second")


async def test_tells_the_client_to_continue_when_the_body_is_wanted(serve):
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    async with serve(echo) as served:
        client = await served.connect()
        await client.say(head)
        assert await client.reader.readexactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        await client.say(b"ab")
        assert (await client.answer())[2] == b"POST /x ab"


@pytest.mark.parametrize("fails", [False, True])
async def test_an_answer_in_place_of_a_continue_is_the_last(serve, fails):
    async def application(scope, receive, send):
        if fails:
            raise KeyError("x")
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    head = b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    async with serve(application) as served:
        client = await served.connect()
        await client.say(head)
        assert (await client.answer())[1][b"connection"] == b"close"
        assert await client.rest() == b""


async def test_a_large_body_waits_for_the_application(serve):
    gate, sizes = asyncio.Event(), []

    async def slow(scope, receive, send):
        await gate.wait()
        more = True
        while more:
            message = await receive()
            sizes.append(len(message["body"]))
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % sum(sizes)})

    size = 32 * 1024 * 1024
    async with serve(slow) as served:
        client = await served.connect()
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
        sending = asyncio.create_task(client.say(head + bytes(size)))
        await asyncio.sleep(0.2)
        assert not sending.done()
        gate.set()
        assert (await client.answer())[2] == b"%d" % size
        assert max(sizes) < 1024 * 1024
        await sending


async def test_a_writer_waits_for_its_reader(serve):
    sent = []

    async def fast(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(320):
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            sent.append(1)
        await send({"type": "http.response.body"})

    async with serve(fast) as served:
        client = await served.connect()
        client.writer.transport.pause_reading()
        await client.say(GET % b"")
        await asyncio.sleep(0.3)
        assert 0 < len(sent) < 320
        client.writer.transport.resume_reading()
        assert len((await client.answer())[2]) == 320 * 65536


async def test_a_body_that_nobody_reads_does_not_stand_in_the_way(serve):
    async def deaf(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["raw_path"]})

    async with serve(deaf) as served:
        client = await served.connect()
        await client.say(b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        assert (await client.answer())[2] == b"/1"
        await client.say(b"def" + GET % b"2")
        assert (await client.answer())[2] == b"/2"
        await client.say(b"POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\nabc")
        _, fields, body = await client.answer()
        assert (body, fields[b"connection"]) == (b"/3", b"close")
        assert await client.rest() == b""


# What the client does wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
)  # fmt: skip
async def test_refuses_what_breaks_a_rule(serve, data, status):
    async with serve(echo, limit_body=1000) as served:
        client = await served.connect()
        await client.say(data)
        line, fields, _ = await client.answer()
        assert int(line.split()[1]) == status
        assert fields[b"connection"] == b"close"
        assert await client.rest() == b""
        await served.until(lambda: served.records)
        assert [record.status for record in served.records] == [status]


async def test_a_body_that_turns_out_too_large_ends_the_request(serve):
    chunk = b"400\r\n" + bytes(1024) + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serve(echo, limit_body=2000) as served:
        client = await served.connect()
        await client.say(head + chunk)
        await client.say(chunk)
        assert (await client.answer())[0].startswith(b"HTTP/1.1 413 ")
        await served.until(lambda: [each.status for each in served.records] == [413])


async def test_too_many_connections_are_told_so(serve):
    async with serve(echo, limit_connections=1) as served:
        first, second = await served.connect(), await served.connect()
        await served.until(lambda: len(served.service.connections) == 2)
        await second.say(GET % b"")
        assert (await second.answer())[0].startswith(b"HTTP/1.1 503 ")
        await second.rest()
        second.writer.close()
        await served.until(lambda: len(served.service.connections) == 1)
        await first.say(GET % b"")
        assert (await first.answer())[0].startswith(b"HTTP/1.1 200 ")


# What takes too long ----------------------------------------------------------------------------


async def test_a_head_must_come_in_time(serve):
    async with serve(echo, head_timeout=0.1) as served:
        client = await served.connect()
        await client.say(b"GET / HTTP/1.1\r\n")
        assert (await client.answer())[0].startswith(b"HTTP/1.1 408 ")
        assert await client.rest() == b""


async def test_who_says_nothing_is_not_answered(serve):
    async with serve(echo, head_timeout=0.1, keep_alive=0.1) as served:
        client = await served.connect()
        assert await client.rest() == b""
        client = await served.connect()
        await client.say(GET % b"")
        await client.answer()
        assert await client.rest() == b""
        assert len(served.records) == 1


async def test_a_body_must_not_stop(serve, monkeypatch):
    monkeypatch.setattr("enfilade.server.asgi.pace.BODY_START", 0.1)
    async with serve(echo, body_rate=1000, application_timeout=0.05) as served:
        client = await served.connect()
        await client.say(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab")
        assert (await client.answer())[0].startswith(b"HTTP/1.1 408 ")


async def test_a_body_does_not_pay_for_an_application_that_dawdles(serve, monkeypatch):
    monkeypatch.setattr("enfilade.server.asgi.pace.BODY_START", 0.3)

    async def dawdling(scope, receive, send):
        await asyncio.sleep(0.5)
        await echo(scope, receive, send)

    async with serve(dawdling, body_rate=1_000_000) as served:
        client = await served.connect()
        await client.say(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        await asyncio.sleep(0.6)
        await client.say(b"b")
        assert (await client.answer())[2] == b"POST /x ab"


async def test_an_application_that_waits_no_more_has_its_own_time(serve, monkeypatch):
    monkeypatch.setattr("enfilade.server.asgi.pace.BODY_START", 0.3)

    async def impatient(scope, receive, send):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.1)
        await asyncio.sleep(0.6)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"without"})

    async with serve(impatient) as served:
        said = await served.ask(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n")
        assert said[2] == b"without"


async def test_an_application_must_begin_in_time(serve, caplog):
    cancelled = asyncio.Event()

    async def late(scope, receive, send):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with serve(late, application_timeout=0.1) as served:
        client = await served.connect()
        await client.say(GET % b"late?token=secret")
        assert (await client.answer())[0].startswith(b"HTTP/1.1 504 ")
        assert await client.rest() == b""
        await asyncio.wait_for(cancelled.wait(), 5)
        await served.until(lambda: [each.status for each in served.records] == [504])
    assert "GET /late has not begun its answer" in caplog.text
    assert "await asyncio.sleep(60)" in caplog.text


async def test_an_answer_that_has_begun_may_take_its_time(serve):
    async def slow(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(5):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.1)
        await send({"type": "http.response.body"})

    async with serve(slow, application_timeout=0.2, head_timeout=0.2) as served:
        assert (await served.ask(GET % b""))[2] == b"xxxxx"


async def test_who_does_not_read_is_reset(serve):
    async def fast(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            if scope["enfilade.client"].gone:
                break

    async with serve(fast, write_timeout=0.2) as served:
        sock = socket.create_connection(("127.0.0.1", served.port))
        sock.sendall(GET % b"")
        await served.until(lambda: served.service.tasks)
        await served.until(lambda: not served.service.tasks)
        with sock, pytest.raises(ConnectionResetError):
            while sock.recv(1 << 20):
                pass


# What the application does wrong ----------------------------------------------------------------


async def test_a_failure_is_a_500(serve, caplog):
    async def broken(scope, receive, send):
        raise ValueError("broken")

    async with serve(broken) as served:
        client = await served.connect()
        for _ in range(2):
            await client.say(GET % b"x?password=pssst")
            assert (await client.answer())[0] == b"HTTP/1.1 500 Internal Server Error"
        kinds = [record.error.partition(":")[0] for record in served.records]
        assert kinds == ["ValueError", "ValueError"]
    assert "the application failed: GET /x" in caplog.text
    assert "ValueError: broken" in caplog.text
    assert "pssst" not in caplog.text


async def test_a_failure_after_the_answer_costs_nobody_anything(serve, caplog):
    async def regretful(scope, receive, send):
        await echo(scope, receive, send)
        raise ValueError("regret")

    async with serve(regretful) as served:
        client = await served.connect()
        for number in range(20):
            await client.say(GET % b"%d" % number)
            assert (await client.answer())[2] == b"GET /%d " % number
    assert caplog.text.count("ValueError: regret") == 20


async def test_a_failure_in_the_middle_is_no_whole_answer(serve):
    async def halfway(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await asyncio.sleep(0.05)
        raise ValueError("broken")

    async with serve(halfway) as served:
        client = await served.connect()
        await client.say(GET % b"")
        assert b"0\r\n\r\n" not in await client.rest()


@pytest.mark.parametrize(("length", "answer"), [(b"2", b"he"), (b"9", None)])
async def test_a_body_of_another_length_than_was_said(serve, caplog, length, answer):
    raised = []

    async def liar(scope, receive, send):
        headers = [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await send({"type": "http.response.body", "body": b"hello"})
        except Exception as error:
            raised.append(str(error))
            raise

    async with serve(liar) as served:
        client = await served.connect()
        await client.say(GET % b"x")
        if answer is not None:
            assert (await client.answer())[2] == answer
            assert await client.rest() == b""
        else:
            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.answer()
    assert raised == ["the answer to GET /x is not as long as its Content-Length says"]


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([{"type": "http.response.body"}], "http.response.start is due"),
        ([{"type": "http.response.start", "status": 200}] * 2, "http.response.body is due"),
        (
            [{"type": "http.response.start", "status": 200}, {"type": "http.response.zip"}],
            "http.response.body is due",
        ),
        (
            [
                {"type": "http.response.start", "status": 200},
                {"type": "http.response.body"},
                {"type": "http.response.body"},
            ],
            "after the end of the answer",
        ),
        (
            [{"type": "http.response.start", "status": 200, "headers": [(b"x", b"a\r\nb")]}],
            "control character",
        ),
        (
            [{"type": "http.response.start", "status": 200, "headers": [(b"a b", b"")]}],
            "not a token",
        ),
        ([{"type": "http.response.start", "status": 100}], "informational status"),
    ],
)
async def test_what_may_not_be_said_raises(serve, messages, complaint):
    raised = []

    async def wrong(scope, receive, send):
        try:
            for message in messages:
                await send(message)
        except Exception as error:
            raised.append(str(error))
            raise

    async with serve(wrong) as served:
        status, _, _ = await served.ask(GET % b"")
        assert status.split()[1] == (b"200" if "after the end" in complaint else b"500")
    assert len(raised) == 1
    assert complaint in raised[0]


async def test_an_application_that_says_nothing_is_a_500(serve, caplog):
    async def silent(scope, receive, send):
        pass

    async with serve(silent) as served:
        assert (await served.ask(GET % b"x"))[0].startswith(b"HTTP/1.1 500 ")
    assert "the application has not finished its answer to GET /x" in caplog.text


# Whose client goes ------------------------------------------------------------------------------


async def test_receive_tells_that_the_client_has_gone(serve):
    heard = []

    async def patient(scope, receive, send):
        heard.append(await receive())
        heard.append(await receive())
        heard.append(scope["enfilade.client"].gone)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async with serve(patient) as served:
        client = await served.connect()
        await client.say(GET % b"")
        await served.until(lambda: heard)
        client.writer.close()
        await served.until(lambda: len(heard) == 3)
        await served.until(lambda: served.records)
        assert served.records[0].status == 499
    assert heard == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
        True,
    ]


async def test_two_who_wait_are_both_told(serve):
    heard = []

    async def application(scope, receive, send):
        await receive()
        first = asyncio.create_task(receive())
        second = asyncio.create_task(receive())
        heard.extend(await asyncio.gather(first, second))

    async with serve(application) as served:
        client = await served.connect()
        await client.say(GET % b"")
        await served.until(lambda: served.service.tasks)
        client.writer.close()
        await served.until(lambda: len(heard) == 2)
    assert heard == [{"type": "http.disconnect"}] * 2


async def test_a_client_that_goes_in_the_middle_of_its_body(serve):
    async with serve(echo) as served:
        client = await served.connect()
        await client.say(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab")
        await served.until(lambda: served.service.tasks)
        client.writer.close()
        await served.until(lambda: not served.service.tasks)
        assert [record.status for record in served.records] == [499]


def read_all(port):
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        while sock.recv(1 << 20):
            pass


def read_little(port):
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.recv(10)


@pytest.mark.parametrize("read", [read_all, read_little])
async def test_others_are_served_while_one_streams_without_waiting(serve, read):
    heard = []

    async def application(scope, receive, send):
        if scope["path"] != "/stream":
            await echo(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(500_000):
            if heard:
                return
            await send({"type": "http.response.body", "body": b"x" * 10, "more_body": True})
        heard.append("the stream alone")

    async with serve(application) as served:
        client = await served.connect()
        reader = threading.Thread(target=read, args=(served.port,))
        reader.start()
        await served.until(lambda: served.service.tasks)
        await client.say(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await client.answer()
        heard.append("another")
        await served.until(lambda: not served.service.tasks)
        reader.join()
    assert heard == ["another"]


# The scope --------------------------------------------------------------------------------------


async def test_the_scope_is_as_the_specification_has_it(serve):
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)
        await echo(scope, receive, send)

    async with serve(application) as served:
        served.service.state["pool"] = 1
        client = await served.connect()
        await client.say(
            b"GET /a%2Fb%C3%BC?x=%20 HTTP/1.1\r\nHOST: h\r\nX-Y: \xff\r\nx-y: 2\r\n\r\n"
        )
        await client.answer()
        port = client.writer.get_extra_info("sockname")[1]
        scope = scopes[0]
        scope.pop("enfilade.client")
        assert scope == {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/a/bü",
            "raw_path": b"/a%2Fb%C3%BC",
            "query_string": b"x=%20",
            "root_path": "",
            "headers": [(b"host", b"h"), (b"x-y", b"\xff"), (b"x-y", b"2")],
            "client": ("127.0.0.1", port),
            "server": ("127.0.0.1", served.port),
            "state": {"pool": 1},
        }
        assert scope["state"] is not served.service.state


async def test_the_access_log_is_told(serve):
    async with serve(echo) as served:
        await served.ask(
            b"POST /x?y=1 HTTP/1.1\r\nHost: a\r\nReferer: r\r\nContent-Length: 1\r\n\r\nz"
        )
        (record,) = served.records
        assert (record.method, record.target, record.version) == ("POST", "/x?y=1", "HTTP/1.1")
        assert (record.status, record.bytes_sent, record.peer) == (200, 9, "127.0.0.1")
        assert record.referer == "r"
        assert 0 < record.first_byte <= record.duration


async def test_a_failure_is_told_that_comes_after_the_page_of_it(serve):
    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"sorry"})
        raise KeyError("deep")

    async with serve(application) as served:
        assert (await served.ask(GET % b""))[2] == b"sorry"
        await served.until(lambda: served.records)
        assert served.records[0].error.startswith("KeyError: 'deep' at ")


async def test_a_porter_that_fails_is_a_500(serve, caplog):
    class Porter:
        def answer(self, head, peer):
            raise OSError("no disk")

    async with serve(echo) as served:
        served.service.porter = Porter()
        assert (await served.ask(GET % b""))[0] == b"HTTP/1.1 500 Internal Server Error"
    assert "could not be answered by the server" in caplog.text
