import asyncio
import threading
from contextlib import aclosing

import pytest

from enfilade.http import StreamingHttpResponse


async def test_a_sync_iterator_is_sent_chunk_by_chunk_from_the_event_loop():
    made = []

    def chunks():
        for number in range(3):
            made.append(number)
            yield str(number)

    seen = [(chunk, list(made)) async for chunk in StreamingHttpResponse(chunks())]
    assert seen == [(b"0", [0]), (b"1", [0, 1]), (b"2", [0, 1, 2])]


async def test_a_blocking_iterator_does_not_block_the_event_loop():
    released = threading.Event()

    def chunks():
        yield b"first"
        assert released.wait(10)
        yield b"second"

    async def release():
        released.set()

    iterator = aiter(StreamingHttpResponse(chunks()))
    assert await anext(iterator) == b"first"
    second, _ = await asyncio.gather(anext(iterator), release())
    assert second == b"second"


async def test_a_sync_iterator_stays_in_one_thread_that_is_not_the_loop_s():
    def chunks():
        for _ in range(5):
            yield str(threading.get_ident())

    threads = {chunk async for chunk in StreamingHttpResponse(chunks())}
    assert len(threads) == 1
    assert threads != {str(threading.get_ident()).encode()}


async def test_a_sync_iterator_left_in_the_middle_of_a_pull_is_closed_in_its_thread():
    pulled, released, threads = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def chunks():
        try:
            threads.append(threading.get_ident())
            loop.call_soon_threadsafe(pulled.set)
            assert released.wait(10)
            yield b"never sent"
        finally:
            threads.append(threading.get_ident())

    pull = asyncio.ensure_future(anext(aiter(StreamingHttpResponse(chunks()))))
    await pulled.wait()
    pull.cancel()
    released.set()
    with pytest.raises(asyncio.CancelledError):
        await pull
    assert len(threads) == 2
    assert len(set(threads)) == 1


async def test_an_async_iterator_left_between_two_chunks_is_closed_at_once():
    ended = []

    async def chunks():
        try:
            yield b"first"
            yield b"second"
        finally:
            ended.append(True)

    async with aclosing(aiter(StreamingHttpResponse(chunks()))) as iterator:
        assert await anext(iterator) == b"first"
    assert ended == [True]


def test_an_async_iterator_is_sent_chunk_by_chunk_from_a_thread():
    made = []

    async def chunks():
        for number in range(3):
            await asyncio.sleep(0)
            made.append(number)
            yield str(number)

    seen = [(chunk, list(made)) for chunk in StreamingHttpResponse(chunks())]
    assert seen == [(b"0", [0]), (b"1", [0, 1]), (b"2", [0, 1, 2])]


def test_an_async_iterator_stays_in_one_event_loop():
    async def chunks():
        for _ in range(3):
            yield str(id(asyncio.get_running_loop()))

    assert len(set(StreamingHttpResponse(chunks()))) == 1


def test_closing_the_response_ends_an_async_iterator_that_was_not_finished():
    ended = []

    async def chunks():
        try:
            yield b"first"
            yield b"second"
        finally:
            ended.append(True)

    response = StreamingHttpResponse(chunks())
    assert next(iter(response)) == b"first"
    response.close()
    assert ended == [True]


def test_closing_the_response_closes_a_sync_iterator():
    ended = []

    def chunks():
        try:
            yield b"first"
        finally:
            ended.append(True)

    response = StreamingHttpResponse(chunks())
    next(iter(response))
    response.close()
    assert ended == [True]


async def test_an_async_iterator_is_sent_as_it_is():
    async def chunks():
        yield "é"
        yield b"x"

    response = StreamingHttpResponse(chunks())
    assert response.is_async
    assert [chunk async for chunk in response] == ["é".encode(), b"x"]


@pytest.mark.parametrize("failing_at", [0, 1])
async def test_an_error_of_the_iterator_arrives_where_it_is_sent(failing_at):
    def chunks():
        for number in range(2):
            if number == failing_at:
                raise LookupError("no more")
            yield b"x"

    with pytest.raises(LookupError, match="no more"):
        [chunk async for chunk in StreamingHttpResponse(chunks())]


def test_what_is_neither_iterable_is_refused():
    with pytest.raises(TypeError):
        StreamingHttpResponse(7)
