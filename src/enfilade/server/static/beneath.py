"""Opening files in a folder, and nothing outside of it, whatever the name and the links say.

On Linux the kernel keeps the rule, with ``openat2(2)``: no ``..`` and no symbolic link may lead
out, not even for a moment, and an absolute link always does. Elsewhere the name is walked step by
step with the same result.
"""

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from enfilade.gateway.file_range import OpenFile

OpenBeneath = Callable[[int, bytes, int], int]
"""Opens a name beneath the folder that a descriptor stands for; raises :exc:`OSError`."""

# O_NONBLOCK: a pipe without a writer, or a device, must not hold the loop.
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)

MOST_LINKS = 40
"""Symbolic links on one way, as the kernel counts them (path_resolution(7))."""

ABSENT = frozenset(
    (
        errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EXDEV, errno.EINVAL,
        errno.ENXIO, errno.ENODEV, errno.EISDIR,
    )
)  # fmt: skip
"""Errors that mean: there is nothing of that name here."""


class Folder:
    """The files beneath *path*, which is looked up anew each time it is entered, so that a
    deployment may put another folder in its place."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._open = choose_opener()

    @contextmanager
    def entered(self) -> Iterator[int]:
        """The folder's descriptor, for :meth:`open`; :exc:`OSError` if it is not there."""
        descriptor = os.open(self.path, _FOLDER)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def open(self, folder: int, name: bytes) -> OpenFile | None:
        """The file or folder *name*, a relative path; ``None`` if there is none.

        Raises :exc:`PermissionError` for what may not be read, and other :exc:`OSError`.
        """
        try:
            return OpenFile(self._open(folder, name, READ))
        except OSError as error:
            if error.errno in ABSENT:
                return None
            raise


def is_folder(status: os.stat_result) -> bool:
    """Whether *status* is that of a folder."""
    return stat.S_ISDIR(status.st_mode)


# The kernel's way --------------------------------------------------------------------------------

OPENAT2 = 437
"""The number of the system call, which is the same on all architectures but Alpha."""

_NO_MAGICLINKS, _BENEATH = 0x02, 0x08
_RETRIES = 8


class _OpenHow(ctypes.Structure):
    """``struct open_how`` of openat2(2)."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def make_kernel_opener() -> OpenBeneath | None:
    """Opening with ``openat2(2)``; ``None`` where there is none, or where it is forbidden."""
    if not sys.platform.startswith("linux"):
        return None
    syscall = ctypes.CDLL(None, use_errno=True).syscall

    def open_beneath(folder: int, name: bytes, flags: int) -> int:
        how = _OpenHow(flags, 0, _BENEATH | _NO_MAGICLINKS)
        for _ in range(_RETRIES):
            descriptor = syscall(
                OPENAT2, folder, name, ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
            )
            if descriptor >= 0:
                return int(descriptor)
            # EAGAIN: something was renamed meanwhile, so that the kernel could not be sure.
            if ctypes.get_errno() not in (errno.EAGAIN, errno.EINTR):
                break
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fsdecode(name))

    return open_beneath if _works(open_beneath) else None


def _works(open_beneath: OpenBeneath) -> bool:
    try:
        os.close(open_beneath(_AT_FDCWD, b".", _FOLDER))
    except OSError:  # ENOSYS before Linux 5.6, EPERM in some containers
        return False
    return True


_AT_FDCWD = -100


# The way step by step ----------------------------------------------------------------------------


def walk_beneath(folder: int, name: bytes, flags: int) -> int:
    """The same without the kernel's help: each part is opened in the folder before it."""
    steps = name.split(b"/")[::-1]
    trail = [os.dup(folder)]  # from the folder down to where we are
    links = 0
    try:
        while True:
            step = steps.pop()
            if step == b"..":
                if len(trail) == 1:
                    raise _outside(name)
                os.close(trail.pop())
            elif (link := _link_at(trail[-1], step)) is not None:
                links += 1
                _check_link(link, links, name)
                steps.extend(link.split(b"/")[::-1])
            elif not steps:
                return os.open(step or b".", flags | os.O_NOFOLLOW, dir_fd=trail[-1])
            elif step not in (b"", b"."):
                trail.append(os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=trail[-1]))
            if not steps:
                steps.append(b".")
    finally:
        for descriptor in trail:
            os.close(descriptor)


def _link_at(folder: int, step: bytes) -> bytes | None:
    """Where the symbolic link *step* leads; ``None`` if it is none."""
    try:
        return os.readlink(step or b".", dir_fd=folder)
    except OSError as error:
        if error.errno == errno.EINVAL:  # readlink(2): it is no symbolic link
            return None
        raise


def _check_link(link: bytes, links: int, name: bytes) -> None:
    if link.startswith(b"/"):
        raise _outside(name)
    if links > MOST_LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fsdecode(name))


def _outside(name: bytes) -> OSError:
    return OSError(errno.EXDEV, "the name leads out of its folder", os.fsdecode(name))


def choose_opener() -> OpenBeneath:
    """The kernel's way where there is one."""
    return make_kernel_opener() or walk_beneath
