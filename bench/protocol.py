"""What the pieces of the protocol cost: the plain ones and the compiled ones side by side.

"parse" makes a RequestHead of bytes, "environ" an environ of that, "bytes to environ" is both,
which the compiled engine does in one. "response head" goes from status and headers to bytes.
The times are the shortest of many short batches, which is what the work costs when nothing
disturbs it. Results are compared before a time counts.
"""

import io
import sys
from collections.abc import Callable
from timeit import repeat

from enfilade.build import COMPILED
from enfilade.gateway import _environ, environ
from enfilade.protocol import _chunked, _head, _response, chunked, head, response_head
from enfilade.protocol.policy import Policy
from enfilade.protocol.response import ResponseWriter

BATCH, BATCHES = 200, 2000
POLICY = Policy()
BASE = environ.base_environ(
    server_name="a", server_port=80, url_scheme="http", multithread=True, multiprocess=False
)
BODY = io.BytesIO()
READER = _environ.EnvironReader(BASE, POLICY)
PEER = ("192.0.2.1", 5000)
DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"
STATUS = "200 OK"
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("X-Frame-Options", "DENY"),
    ("Vary", "Cookie"),
    ("Content-Length", "5120"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]
CHUNKS = b"400\r\n%b\r\n" % bytes(1024) * 64 + b"0\r\n\r\n"

REQUESTS = {
    "minimal GET": b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n",
    "browser GET, 16 fields": b"""\
GET /articles/2026/?page=2 HTTP/1.1\r
Host: www.example.com\r
Connection: keep-alive\r
sec-ch-ua: "Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"\r
sec-ch-ua-mobile: ?0\r
sec-ch-ua-platform: "Linux"\r
Upgrade-Insecure-Requests: 1\r
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124\r
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r
Sec-Fetch-Site: same-origin\r
Sec-Fetch-Mode: navigate\r
Sec-Fetch-User: ?1\r
Sec-Fetch-Dest: document\r
Referer: https://www.example.com/articles/\r
Accept-Encoding: gzip, deflate, br, zstd\r
Accept-Language: en-US,en;q=0.9\r
Cookie: sessionid=abcdefghijklmnopqrstuvwxyz012345; csrftoken=0123456789abcdefghijABCDEFGHIJ01\r
\r
""",
}


def microseconds(work: Callable[[], object]) -> float:
    """Of one call."""
    return min(repeat(work, number=BATCH, repeat=BATCHES)) / BATCH * 1e6


def compare(name: str, plain: Callable[[], object], compiled: Callable[[], object]) -> None:
    """Print one line of the table; exit where the two differ."""
    if plain() != compiled():
        sys.exit(f"{name}: the results differ, so nothing is compared:\n{plain()}\n{compiled()}")
    slow, fast = microseconds(plain), microseconds(compiled)
    print(f"| {name} | {slow:.2f} µs | {fast:.2f} µs | {slow / fast:.1f} × |", flush=True)


def compare_request(name: str, data: bytes) -> None:
    def read_plainly() -> object:
        parsed = head.parse_request_head(data, POLICY)
        return environ.build_environ(BASE, parsed, PEER, BODY)

    parsed = head.parse_request_head(data, POLICY)
    compare(
        f"parse, {name}",
        lambda: head.parse_request_head(data, POLICY),
        lambda: _head.parse_request_head(data, POLICY),
    )
    compare(
        f"environ, {name}",
        lambda: environ.build_environ(BASE, parsed, PEER, BODY),
        lambda: _environ.build_environ(BASE, parsed, PEER, BODY),
    )
    compare(
        f"bytes to environ, {name}",
        read_plainly,
        lambda: READER.read(data, "192.0.2.1", "5000", BODY),
    )


def compare_response() -> None:
    asked = head.parse_request_head(REQUESTS["minimal GET"], POLICY)
    date_line = b"Date: %b\r\n" % DATE
    compare(
        "prepare a response head, 6 fields",
        lambda: response_head.prepare_head(STATUS, HEADERS),
        lambda: _response.prepare_head(STATUS, HEADERS),
    )
    compare(
        "response head, 6 fields",
        lambda: ResponseWriter(asked, date=lambda: DATE).start(STATUS, HEADERS, 5120),
        lambda: _response.write_head(STATUS, HEADERS, 5120, False, 1, True, date_line),
    )


def main() -> None:
    if COMPILED:
        sys.exit("ResponseWriter is to be the plain one: ENFILADE_PLAIN=1 python bench/protocol.py")
    print(f"CPython {sys.version.split()[0]}, best of {BATCHES} batches of {BATCH}\n")
    print("| work | plain | compiled | plain / compiled |\n|---|---:|---:|---:|")
    for name, data in REQUESTS.items():
        compare_request(name, data)
    compare_response()
    compare(
        "64 chunks of 1 KiB",
        lambda: chunked.ChunkedDecoder(POLICY).decode(bytearray(CHUNKS)),
        lambda: _chunked.ChunkedDecoder(POLICY).decode(bytearray(CHUNKS)),
    )


if __name__ == "__main__":
    main()
