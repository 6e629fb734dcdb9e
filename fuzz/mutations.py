"""Inputs for the target when there is no coverage-guided fuzzer: seeds, changed at random."""

import random
from collections.abc import Callable, Iterator

WORDS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\x0b", b"\0", b"\xa0", b":", b";", b",",
    b'"', b"0\r\n\r\n", b"5\r\nhello\r\n", b"5;a=b\r\nhello\r\n", b'5;a="\\""\r\nhello\r\n',
    b"000", b"7fffffffffffffff", b"Content-Length: 5\r\n", b"content-length:\t0 \r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"TE: trailers\r\n",
    b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Upgrade: x\r\n", b"Host: a\r\n",
    b"Connection: upgrade\r\n", b"Expect: 100-continue\r\n", b"X_Y: z\r\n", b" folded\r\n",
    b"X-Trailer: y\r\n", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.0\r\n", b"HTTP/1.1", b"HTTP/1.0",
    b"http://a/", b"*", b"OPTIONS",
]  # fmt: skip

Mutation = Callable[[random.Random, bytes, list[bytes]], bytes]


def _insert_word(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + source.choice(WORDS) + data[at:]


def _insert_line(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    lines = data.split(b"\r\n")
    lines.insert(source.randint(0, len(lines)), source.choice(WORDS).removesuffix(b"\r\n"))
    return b"\r\n".join(lines)


def _drop_line(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    lines = data.split(b"\r\n")
    del lines[source.randrange(len(lines))]
    return b"\r\n".join(lines)


def _delete(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + data[at + source.randint(1, 4) :]


def _change_octet(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    at = source.randrange(len(data) or 1)
    return data[:at] + bytes([source.randrange(256)]) + data[at + 1 :]


def _join(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    return data + source.choice(seeds)


def _splice(source: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    other = source.choice(seeds)
    return data[: source.randint(0, len(data))] + other[source.randint(0, len(other)) :]


MUTATIONS: list[Mutation] = [
    _insert_word, _insert_line, _drop_line, _delete, _change_octet, _join, _splice,
]  # fmt: skip


def mutants(seeds: list[bytes], seed: int) -> Iterator[bytes]:
    """Endless variations of *seeds*; the same *seed* gives the same ones."""
    source = random.Random(seed)
    while True:
        data = source.choice(seeds)
        for _ in range(source.randint(1, 5)):
            data = source.choice(MUTATIONS)(source, data, seeds)
        yield data
