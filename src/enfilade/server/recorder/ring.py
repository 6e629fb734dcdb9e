"""The last entries of every worker, in memory that outlives it.

The supervisor makes :class:`Rings` before it forks. A ring is a fixed number of cells of one
size; one process writes, each entry into the cell of the oldest, and any process reads at any
time. A cell has the checksum of what it holds, so one that is being written, or whose writer was
killed in the middle, is known by that and left out. No lock is shared between processes.
"""

import mmap
from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from threading import Lock
from typing import Final
from zlib import crc32

from enfilade.server.options import Options
from enfilade.trace import Entry

CELL: Final = 16 * 1024
"""Bytes in a cell, of which an entry has what the header leaves."""

NUMBER: Final = 0  # of the entry, in the order of the ring; 0: there is none
LENGTH: Final = 1  # bytes
CHECKSUM: Final = 2
HEADER: Final = 24  # bytes of these words

ROOM: Final = CELL - HEADER
"""Bytes that the longest entry may have."""

SPARE_RINGS: Final = 8
"""Rings beside two for every worker asked for: for those that drain. Memory that nobody has
written costs nothing."""


class Ring:
    """The *cells* of one worker; *count*, a word, says how many entries were begun."""

    def __init__(self, count: memoryview, cells: memoryview) -> None:
        self._count = count
        self._cells = [cells[start : start + CELL] for start in range(0, len(cells), CELL)]
        self._heads = [cell[:HEADER].cast("Q") for cell in self._cells]
        self._lock = Lock()

    def write(self, entry: Entry) -> None:
        """Keep *entry* in place of the oldest, without its longest parts if it is too long.

        Raises :exc:`ValueError` if it has no room even so.
        """
        self.write_bytes(entry.encode(ROOM))

    def write_bytes(self, data: bytes) -> None:
        """Keep *data*, :data:`ROOM` bytes at most."""
        with self._lock:
            # A worker that takes the place of another goes on where that one stopped.
            number = self._count[0] = self._count[0] + 1
            index = number % len(self._cells)
            head, cell = self._heads[index], self._cells[index]
            head[NUMBER] = 0
            cell[HEADER : HEADER + len(data)] = data
            head[LENGTH], head[CHECKSUM] = len(data), _checksum(number, data)
            head[NUMBER] = number

    def read(self) -> list[bytes]:
        """What has been written, the latest first."""
        found = [kept for index in range(self._used()) if (kept := self._read(index))]
        return [data for _, data in sorted(found, key=itemgetter(0), reverse=True)]

    def entries(self) -> Iterator[Entry]:
        """The entries, the latest first."""
        return map(Entry.decode, self.read())

    def _used(self) -> int:
        """How many cells to look at; looking at untouched memory would take it from the system."""
        return min(self._count[0] + 1, len(self._cells))

    def _read(self, index: int) -> tuple[int, bytes] | None:
        """The number and the content of a cell, if it is whole."""
        number, length, checksum = self._heads[index]
        if not number or length > ROOM:
            return None
        data = bytes(self._cells[index][HEADER : HEADER + length])
        return (number, data) if _checksum(number, data) == checksum else None


class Rings:
    """*count* rings of *cells* cells each, which the children of this process share with it."""

    def __init__(self, count: int, cells: int) -> None:
        counts, size = count * 8, cells * CELL
        memory = memoryview(mmap.mmap(-1, counts + count * size))
        words = memory[:counts].cast("Q")
        self._rings = [
            Ring(words[index : index + 1], memory[start : start + size])
            for index, start in enumerate(range(counts, len(memory), size))
        ]

    def ring(self, index: int | None) -> Ring | None:
        """The ring of the worker with block *index* of the scoreboard, if there is one."""
        if index is None or index >= len(self._rings):
            return None
        return self._rings[index]

    def entries(self) -> list[Entry]:
        """All entries, those first that ended last."""
        found = [entry for ring in self._rings for entry in ring.entries()]
        return sorted(found, key=_end, reverse=True)

    def read(self) -> Iterator[bytes]:
        """All entries as they were written, in no order of all rings."""
        return (data for ring in self._rings for data in ring.read())

    def latest(self) -> Iterator[Entry]:
        """The same one after the other, decoded when it is its turn. An entry that a worker wrote
        late comes before one of that worker that ended a moment later."""
        return merge(*(ring.entries() for ring in self._rings), key=_end, reverse=True)

    def find(self, span: str) -> Entry | None:
        """The entry of the request *span*."""
        return next((entry for entry in self.latest() if entry.span == span), None)


def rings_for(options: Options) -> Rings | None:
    """The rings of a server with these *options*, ``None`` where nothing is recorded."""
    if not options.recorder:
        return None
    return Rings(2 * options.workers + SPARE_RINGS, options.record_size)


def _checksum(number: int, data: bytes) -> int:
    return crc32(data, crc32(number.to_bytes(8, "little")))


def _end(entry: Entry) -> float:
    return entry.time + entry.duration / 1e9
