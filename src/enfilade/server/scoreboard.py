"""What every worker and every thread of the server does and has done, in memory that all share.

The supervisor makes a :class:`Scoreboard` before it forks. It is an anonymous map of 64-bit words
in the machine's order, so a word is written whole, by Python and by compiled code alike, and
**every word has one writer**: no lock is needed, and no count is lost. Who reads adds up.

::

    the server's block (what the operator has ordered: the supervisor writes)
    a worker's block × WORKERS
        the worker's header (the supervisor writes)
        slot 0, the loop's thread
        slots 1…, one for each application thread
            what the thread does now, guarded by a sequence number that is odd meanwhile
            its counters
            its two histograms: how long requests waited, and how long they took

A thread that has no slot, because more were written off than there is room for, and a worker that
has no block, get words of their own that nobody reads: they serve as well as all others.
"""

import mmap
from enum import IntEnum
from struct import Struct
from time import monotonic_ns
from typing import Final

WORD: Final = 8
"""Bytes in a word; offsets and sizes below count words."""

SPARE_WORKERS: Final = 64
"""Blocks beside two for every worker asked for: for those that drain, and for TTIN."""

SPARE_SLOTS: Final = 16
"""Slots for threads that replace one that is stuck."""

# A slot: what its thread does now ----------------------------------------------------------

SEQUENCE: Final = 0
PHASE: Final = 1
STARTED: Final = 2  # nanoseconds of the monotonic clock
TEXT: Final = 3  # the method and the target, latin-1, filled up with NUL
TEXT_BYTES: Final = 104

# A slot: its counters, which only grow -----------------------------------------------------

COUNTERS: Final = 16
ACCEPTED: Final = 16  # connections
CLOSED: Final = 17  # of those
QUEUED: Final = 18  # requests that were handed to the application's threads
RESPONSES: Final = 19  # + 1…5: answers by the class of their status; + 0: none was given
RECEIVED: Final = 25  # bytes
SENT: Final = 26  # bytes, of answers
SHED: Final = 27  # requests that were told to come later
TIMED_OUT: Final = 28  # requests whose application missed its deadline
REFUSED: Final = 29  # requests that broke a rule of the protocol
GONE: Final = 30  # requests whose client went before the answer's end
HANDED_OVER: Final = 31  # connections that the compiled engine left to the plain loop
UNLOGGED: Final = 32  # access lines that could not be written
COUNTERS_END: Final = 40  # the rest is free

# A slot: its histograms --------------------------------------------------------------------

WAITED: Final = 40
TOOK: Final = 72
BUCKETS: Final = 31
"""Bucket *n* counts the durations of less than 2ⁿ µs that no smaller one counts; the last, all
that are longer. The word after it is the sum, in µs."""

SLOT_WORDS: Final = 104

# A worker's header, and the server's block --------------------------------------------------

PID: Final = 0
GENERATION: Final = 1
BORN: Final = 2  # nanoseconds of the monotonic clock
TAKEN: Final = 3  # 1: the block belongs to a worker
SLOTS: Final = 4  # in use or once in use, the loop's included
PULSE: Final = 5  # nanoseconds of the monotonic clock when the loop last turned (it writes this)
STANDING: Final = 6  # what the supervisor expects of the worker: the number of a state
HEADER_WORDS: Final = 8

PAUSED: Final = 0  # 0, or the number of the pause: the application gets no requests
UNREADY: Final = 1  # 1: /readyz says so, and everything is served
WANTED: Final = 2  # workers
CURRENT: Final = 3  # the generation that serves, or is being tried
RELOADING: Final = 4  # 1: it is being tried
STOPPING: Final = 5  # 1: the workers have been told to finish
STARTED_AT: Final = 6  # nanoseconds of the monotonic clock
SUPERVISOR: Final = 7  # process id
PAUSES: Final = 8  # two places for what is said in a pause, by the parity of its number
RETRY_AFTER: Final = 0  # seconds
MESSAGE_LENGTH: Final = 1  # bytes
MESSAGE: Final = 2  # UTF-8
MESSAGE_BYTES: Final = 1024
PAUSE_WORDS: Final = MESSAGE + MESSAGE_BYTES // WORD
DEAD: Final = PAUSES + 2 * PAUSE_WORDS  # what workers have counted that are no more
SERVER_WORDS: Final = DEAD + SLOT_WORDS - COUNTERS


class Phase(IntEnum):
    """What a thread does; ``IDLE`` threads wait for a request."""

    IDLE = 0
    APPLICATION = 1
    """The application has the request and has not begun its answer."""
    READING = 2
    """The application waits for more of the body."""
    SENDING = 3
    """The answer has begun."""
    HELD = 4
    """The client does not read as fast as the application writes."""


_pack = Struct(f"=QQ{TEXT_BYTES}s").pack_into


# The words of the buckets by the length of a duration in bits. What is done for each request is
# written out below: a call costs as much as the work.
_WAITED = tuple(WAITED + min(bits, BUCKETS - 1) for bits in range(64))
_TOOK = tuple(TOOK + min(bits, BUCKETS - 1) for bits in range(64))


class Slot:
    """One thread's words, which only that thread writes. Durations are in seconds."""

    __slots__ = ("_activity", "words")

    def __init__(self, words: memoryview) -> None:
        self.words = words
        self._activity = words[PHASE:COUNTERS].cast("B")
        words[SEQUENCE] += words[SEQUENCE] & 1  # whoever had it before may have been killed

    def begin(self, text: str, waited: float) -> None:
        """The thread has taken a request, *text* being its method and target, that had
        *waited* in the queue."""
        words = self.words
        words[SEQUENCE] = sequence = words[SEQUENCE] + 1
        _pack(self._activity, 0, 1, monotonic_ns(), text.encode("latin-1", "replace"))
        words[SEQUENCE] = sequence + 1
        microseconds = int(waited * 1e6)
        words[_WAITED[microseconds.bit_length()]] += 1
        words[WAITED + BUCKETS] += microseconds

    def show(self, text: str) -> None:
        """The thread begins with the request *text*, which is not counted."""
        words = self.words
        sequence = words[SEQUENCE]
        words[SEQUENCE] = sequence + 1
        _pack(self._activity, 0, 1, monotonic_ns(), text.encode("latin-1", "replace"))
        words[SEQUENCE] = sequence + 2

    def enter(self, phase: int) -> None:
        """The thread does something else for the same request."""
        self.words[PHASE] = phase

    def end(self, status: int, sent: int, took: float) -> None:
        """The thread is free again: it has given the answer, *sent* bytes, whose *status* is 0
        if there was none."""
        words = self.words
        words[PHASE] = 0
        words[RESPONSES + (status // 100 if status < 600 else 5)] += 1
        words[SENT] += sent
        microseconds = int(took * 1e6)
        words[_TOOK[microseconds.bit_length()]] += 1
        words[TOOK + BUCKETS] += microseconds

    def answer(self, status: int, sent: int, took: float = 0.0) -> None:
        """Count an answer that this thread gave and that no thread had taken."""
        self.end(status, sent, took)

    def count(self, counter: int, amount: int = 1) -> None:
        """Add *amount* to the word *counter*."""
        self.words[counter] += amount


class Block:
    """A worker's words: its header and the slots of *threads* threads and the loop's.

    ``loop`` is the slot of the loop's thread.
    """

    def __init__(self, words: memoryview, server: memoryview) -> None:
        self.words = words
        self.server = server
        slots = (len(words) - HEADER_WORDS) // SLOT_WORDS
        self._free = list(range(slots - 1, 0, -1))
        self.loop = Slot(self._words_of(0))
        self.words[SLOTS] = 1

    def take_slot(self) -> tuple[int, Slot]:
        """A slot for the calling thread, and its number, to be given back; any thread may."""
        try:
            number = self._free.pop()
        except IndexError:
            return 0, Slot(_private(SLOT_WORDS))
        if number >= self.words[SLOTS]:
            self.words[SLOTS] = number + 1
        return number, Slot(self._words_of(number))

    def give_back(self, number: int) -> None:
        """The thread that took slot *number* ends; what it has counted stays."""
        if number:
            self._free.append(number)

    def _words_of(self, number: int) -> memoryview:
        start = HEADER_WORDS + number * SLOT_WORDS
        return self.words[start : start + SLOT_WORDS]


class Scoreboard:
    """The words of a server that is to have *workers* workers with *threads* threads each.

    ``server`` is the server's block; ``blocks`` are the workers', most of them free.
    """

    def __init__(self, workers: int, threads: int) -> None:
        block = block_words(threads)
        count = 2 * workers + SPARE_WORKERS
        words = _shared(SERVER_WORDS + count * block)
        self._pauses = 0
        self.server = words[:SERVER_WORDS]
        self.blocks = [
            words[start : start + block] for start in range(SERVER_WORDS, len(words), block)
        ]

    def hire(self, generation: int) -> int | None:
        """Reserve a block for a worker that is about to be forked: its index, if one is free."""
        for index, words in enumerate(self.blocks):
            if not words[TAKEN]:
                words[GENERATION] = generation
                words[BORN] = monotonic_ns()
                words[TAKEN] = 1
                return index
        return None

    def clear(self, index: int) -> None:
        """Free a block whose worker is dead and whose counts have been read."""
        words = self.blocks[index]
        words[:] = memoryview(bytes(len(words) * WORD)).cast("Q")

    def pause(self, message: str, retry_after: int) -> None:
        """Give no requests to the application: *message* says why, for *retry_after* seconds."""
        self._pauses += 1
        words = pause_words(self.server, self._pauses)
        text = message.encode("utf-8")[:MESSAGE_BYTES].decode("utf-8", "ignore").encode("utf-8")
        words[RETRY_AFTER], words[MESSAGE_LENGTH] = retry_after, len(text)
        words[MESSAGE:].cast("B")[: len(text)] = text
        self.server[PAUSED] = self._pauses  # last, so that nobody reads half of it

    def resume(self) -> None:
        """Give requests to the application again."""
        self.server[PAUSED] = 0

    def block(self, index: int | None) -> Block:
        """The block of the worker that this process is; a private one without an *index*."""
        if index is None:
            return Block(_private(len(self.blocks[0])), self.server)
        return Block(self.blocks[index], self.server)


def private_block(threads: int) -> Block:
    """A block for a loop that runs without a supervisor."""
    return Block(_private(block_words(threads)), _private(SERVER_WORDS))


def block_words(threads: int) -> int:
    """The size of the block of a worker with *threads* threads."""
    return HEADER_WORDS + (1 + threads + SPARE_SLOTS) * SLOT_WORDS


def pause_words(server: memoryview, number: int) -> memoryview:
    """Where the server's block says what the pause of that *number* is about."""
    start = PAUSES + number % 2 * PAUSE_WORDS
    return server[start : start + PAUSE_WORDS]


def read_pause(server: memoryview, number: int) -> tuple[str, int]:
    """The message of the pause of that *number*, and for how many seconds to stay away."""
    words = pause_words(server, number)
    text = bytes(words[MESSAGE:].cast("B")[: words[MESSAGE_LENGTH]])
    return text.decode("utf-8", "replace"), words[RETRY_AFTER]


def _shared(count: int) -> memoryview:
    return memoryview(mmap.mmap(-1, count * WORD)).cast("Q")


def _private(count: int) -> memoryview:
    return memoryview(bytearray(count * WORD)).cast("Q")
