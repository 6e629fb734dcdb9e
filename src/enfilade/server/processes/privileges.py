"""Becoming another user once what only root may open is open."""

import grp
import logging
import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass

from enfilade.exceptions import DeveloperError
from enfilade.server.options import Options

logger = logging.getLogger("enfilade.server")


class PrivilegeError(DeveloperError):
    """The process cannot become who it should be."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who to be: user, group and supplementary groups, by number; *name* and *home* are the
    user's, and empty if the system does not know the number."""

    user: int
    group: int
    groups: tuple[int, ...]
    name: str = ""
    home: str = ""

    def assume(self) -> None:
        """Be that for good.

        The groups go first, since only root may change them. Variables that lead to root's own
        files are changed, too: libraries look for their settings in the home directory.
        """
        os.setgroups(self.groups)
        os.setgid(self.group)
        os.setuid(self.user)
        if self.user:
            _check_that_there_is_no_way_back()
        if self.name:
            os.environ.update(HOME=self.home, USER=self.name, LOGNAME=self.name)
        logger.info("serving as user %d, group %d", self.user, self.group)

    def make_log(self, path: str) -> None:
        """Make the log file *path*, if it is not there, for this user to write to.

        One that is there is left as it is: whoever may write to its folder may have put a link to
        any file in its place, and root must not give that away.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with suppress(OSError):  # what is wrong with it is said when it is opened
            descriptor = os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
            os.fchown(descriptor, self.user, self.group)
            os.close(descriptor)


def find_identity(options: Options) -> Identity | None:
    """Who *options* want to serve; ``None`` if it is who runs the process.

    Raises :exc:`PrivilegeError` for somebody unknown, and unless the process is root's.
    """
    if not options.user and not options.group:
        return None
    user = _user(options.user) if options.user else None
    number = user.pw_uid if user else os.geteuid()
    group = _group(options.group) if options.group else user.pw_gid if user else os.getegid()
    if (number, group) == (os.geteuid(), os.getegid()):
        return None
    if os.geteuid() != 0:
        raise PrivilegeError(
            f"Only root can become user {options.user or number}, group {options.group or group}.",
            hint="Start the server as root, or as that user without --user and --group.",
        )
    if options.reuse_port:
        raise PrivilegeError(
            "With --reuse-port the workers open sockets, which root has to do here.",
            hint="Take one of --reuse-port and --user.",
        )
    name = user.pw_name if user else ""
    groups = tuple(os.getgrouplist(name, group)) if name else (group,)
    return Identity(number, group, groups, name, user.pw_dir if user else "")


def _user(text: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(int(text)) if text.isdigit() else pwd.getpwnam(text)
    except KeyError:
        if text.isdigit():  # a container may run as a number that it has no name for
            number = int(text)
            return pwd.struct_passwd(("", "x", number, number, "", "", ""))
        raise PrivilegeError(
            f"There is no user {text!r} on this machine.",
            hint=f"Make one: useradd --system --no-create-home {text}",
        ) from None


def _group(text: str) -> int:
    try:
        return int(text) if text.isdigit() else grp.getgrnam(text).gr_gid
    except KeyError:
        raise PrivilegeError(
            f"There is no group {text!r} on this machine.", hint=f"Make one: groupadd {text}"
        ) from None


def _check_that_there_is_no_way_back() -> None:
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise PrivilegeError("The process could become root again, so nothing is served.")
