"""Let each allocation of each compiled part fail; test_failed_allocations.py runs this."""

import _testcapi
import io
import sys

from enfilade.gateway import _environ
from enfilade.gateway.environ import base_environ
from enfilade.protocol import _chunked, _head, _response
from enfilade.protocol.policy import Policy

POLICY = Policy()
HEAD = (
    b"GET /caf%C3%A9?page=2 HTTP/1.1\r\nHost: a\r\nX-Own-Name-NUMBER: \xe9\r\n"
    b"Cookie: a=1\r\nCookie: b=2\r\nContent-Length: 5000\r\n\r\n"
)
BASE = base_environ(
    server_name="a", server_port=80, url_scheme="http", multithread=True, multiprocess=False
)
HEADERS = [("Content-Type", "text/html"), ("X-Long", "x" * 2000), ("Content-Length", "5000")]
BODY = io.BytesIO()
READER = _environ.EnvironReader(BASE, POLICY)


def head(number):
    return HEAD.replace(b"NUMBER", b"%d" % number)


def read_head(number):
    return _head.parse_request_head(head(number), POLICY)


def read_environ(number):
    return READER.read(head(number), "192.0.2.1", "5000", BODY)


def build_environ(number):
    return _environ.build_environ(BASE, REQUEST, ("192.0.2.1", 5000), BODY)


def decode(number):
    return _chunked.ChunkedDecoder(POLICY).decode(bytearray(b"12c\r\n" + b"x" * 300 + b"\r\n5"))


def prepare(number):
    return _response.prepare_head("200 OK", HEADERS)


def write(number):
    return _response.write_head("200 OK", HEADERS, 5000, False, 1, True, b"Date: x\r\n")


REQUEST = read_head(0)


def fail_from(function, number, stop):
    _testcapi.set_nomemory(number, stop)
    try:
        return function(number)
    except MemoryError:
        return None
    finally:
        _testcapi.remove_mem_hooks()


def check(function):
    expected = function(0)
    failed = 0
    for stop in (1, 0):  # only this allocation fails; it and all that follow do
        for number in range(200):
            found = fail_from(function, number, number + 1 if stop else 0)
            failed += found is None
            assert found is None or type(found) is type(expected), found
            if found is not None and not stop:
                break
    assert failed, "nothing was allocated"
    assert function(0) == expected
    return failed


FUNCTIONS = (read_head, read_environ, build_environ, decode, prepare, write)
for function in FUNCTIONS:
    check(function)  # fills what is kept for good: names, free lists
for function in FUNCTIONS:
    before = sys.getallocatedblocks()
    failed = check(function)
    left = sys.getallocatedblocks() - before
    assert left < 20, f"{function.__name__}: {left} blocks are left of {failed} failures"
    print(function.__name__, failed, left)
