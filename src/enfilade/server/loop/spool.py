"""A request's body while it arrives, in memory at first and then in a temporary file.

The application is called when the body is whole, so a slow upload holds no thread; and it reads
a real file object, so ``wsgi.input`` has every method of PEP 3333 with its exact behaviour. What
outgrows this becomes the beginning of a :class:`~enfilade.server.loop.feed.Feed`.
"""

import tempfile
from io import BytesIO
from typing import BinaryIO, cast


class Spool:
    """Takes the blocks of one body and becomes a file to read it from.

    *memory* is how many bytes stay out of the file system.
    """

    __slots__ = ("_file", "_memory", "_on_disk", "size")

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._file: BinaryIO = BytesIO()
        self._on_disk = False
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add a block; :exc:`OSError` if the disk is full."""
        self.size += len(data)
        if self.size > self._memory and not self._on_disk:
            self._move_to_disk()
        self._file.write(data)

    def rewound(self) -> BinaryIO:
        """The whole body, to be read from its start. The caller closes it."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Drop the body and its disk space."""
        try:
            self._file.close()
        except OSError:
            pass  # the disk was full: the descriptor is closed all the same

    def _move_to_disk(self) -> None:
        in_memory = cast(BytesIO, self._file)
        # It has no name, so no crash leaves it behind.
        self._file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - outlives this call
        self._on_disk = True
        self._file.write(in_memory.getbuffer())
