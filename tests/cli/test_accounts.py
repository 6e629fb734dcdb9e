"""``enfilade createuser`` and ``changepassword``: at a terminal, from a script, from a pipe."""

import os
import pty
import select
import sqlite3
import subprocess
import sys
import termios
import time
from typing import Any

import pytest

from commands import enfilade

pytestmark = pytest.mark.slow

SITE = """
from enfilade import Application, HttpResponse, path
from enfilade.contrib.auth.password_validation import MinimumLengthValidator

class Noting(MinimumLengthValidator):
    def password_changed(self, password, user=None):
        with open("noted.txt", "a") as notes:
            notes.write(f"{user} {password}\\n")

application = Application(
    [path("", lambda request: HttpResponse("front"))],
    SECRET_KEY="only for this test, and long enough",
    DATABASE_URL="sqlite:///site.sqlite3",
    MIGRATIONS=["enfilade.contrib.sessions", "enfilade.contrib.auth"],
    PASSWORD_HASHERS=["enfilade.contrib.auth.hashers.MD5PasswordHasher"],
    AUTH_PASSWORD_VALIDATORS=[
        {"NAME": "app.Noting"},
        {"NAME": "enfilade.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    ],
)
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database file of a site that nobody has an account on."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "app.py").write_text(SITE)
    assert enfilade("migrate", cwd=folder).returncode == 0
    return (folder / "site.sqlite3").read_bytes()


@pytest.fixture
def people(folder: Any, empty: bytes) -> Any:
    folder.write("app.py", SITE)
    (folder.path / "site.sqlite3").write_bytes(empty)
    return folder


def users(people: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(people.path / "site.sqlite3") as database:
        columns = "username, email, is_staff, is_superuser"
        return list(database.execute(f"SELECT {columns} FROM enfilade_user ORDER BY id"))


def fits(people: Any, name: str, password: str) -> bool:
    code = (
        "from enfilade.contrib.auth import authenticate\n"
        f"print(authenticate(username={name!r}, password={password!r}))"
    )
    return bool(people.output("shell", "-c", code) == f"{name}\n")


def noted(people: Any) -> str:
    notes = people.path / "noted.txt"
    return str(notes.read_text()) if notes.exists() else ""


class Terminal:
    """A person at a terminal, in front of one command."""

    def __init__(self, people: Any, *arguments: str) -> None:
        self.hand, theirs = pty.openpty()
        self.shown = ""
        environ = {k: v for k, v in os.environ.items() if k != "ENFILADE_PASSWORD"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OWN_TERMINAL, *arguments],
            cwd=people.path,
            env={**environ, "PYTHONIOENCODING": "utf-8"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def type_twice(self, password: str) -> None:
        for prompt in ("Password:", "confirmation:"):
            self.until(prompt)
            self.type(password)

    def until(self, *words: str) -> None:
        """Read until *words* have been shown, in this order."""
        deadline = time.monotonic() + 20
        place = 0
        for word in words:
            while (found := self.shown.find(word, place)) < 0:
                assert time.monotonic() < deadline, self.shown
                self._read()
            place = found + len(word)
        self.shown = self.shown[place:]

    def _read(self) -> None:
        if select.select([self.hand], [], [], 1)[0]:
            self.shown += os.read(self.hand, 4096).decode()

    def type(self, line: str) -> None:
        os.write(self.hand, f"{line}\n".encode())

    def leave(self) -> tuple[int, str]:
        """The exit code, and what was shown since."""
        while True:
            try:
                self._read()
            except OSError:  # nobody has the other side any more
                break
        os.close(self.hand)
        return self.process.wait(20), self.shown


_OWN_TERMINAL = f"""
import fcntl, os, sys
fcntl.ioctl(0, {termios.TIOCSCTTY}, 0)
os.execv(sys.executable, [sys.executable, "-m", "enfilade", *sys.argv[1:]])
"""


def test_a_person_is_asked_and_the_password_is_not_shown(people: Any) -> None:
    terminal = Terminal(people, "createuser")
    terminal.until("Username:")
    terminal.type("ann")
    terminal.until("ann", "Email address:")
    terminal.type("ann@Example.ORG")
    terminal.until("ann@Example.ORG", "Password:")
    terminal.type("short")
    terminal.until("Repeat for confirmation:")
    terminal.type("short")
    terminal.until("This password has less than 8 characters.", "Password:")
    terminal.type("a long secret")
    terminal.until("Repeat for confirmation:")
    terminal.type("another secret")
    terminal.until("do not match", "Password:")
    terminal.type("a long secret")
    terminal.until("Repeat for confirmation:")
    terminal.type("a long secret")
    code, shown = terminal.leave()
    assert code == 0
    assert "secret" not in shown
    assert "The user ann is there now." in shown
    assert users(people) == [("ann", "ann@example.org", 0, 0)]
    assert fits(people, "ann", "a long secret")
    assert noted(people) == "ann a long secret\n"


def test_after_three_refused_passwords_nobody_is_made(people: Any) -> None:
    terminal = Terminal(people, "createuser", "--username=ann", "--email=")
    for _ in range(3):
        terminal.type_twice("short")
    code, shown = terminal.leave()
    assert (code, "less than 8 characters" in shown) == (1, True)
    assert users(people) == []


def test_a_person_changes_a_password(people: Any) -> None:
    people.output("createuser", "--username=ann", "--no-input", ENFILADE_PASSWORD="a long secret")
    terminal = Terminal(people, "changepassword", "ann")
    terminal.type_twice("the other secret")
    code, shown = terminal.leave()
    assert (code, "secret" in shown) == (0, False)
    assert "ann has another password now." in shown
    assert fits(people, "ann", "the other secret")
    assert not fits(people, "ann", "a long secret")
    assert noted(people).splitlines()[-1] == "ann the other secret"


@pytest.mark.parametrize(
    ("flags", "staff", "superuser"),
    [((), 0, 0), (("--staff",), 1, 0), (("--superuser",), 1, 1)],
)
def test_a_script_makes_a_user(people: Any, flags: Any, staff: int, superuser: int) -> None:
    said = people.output(
        "createuser", "--username=ann", "--email=a@b.c", "--no-input", *flags,
        ENFILADE_PASSWORD="a long secret",
    )  # fmt: skip
    assert said == f"The {'superuser' if superuser else 'user'} ann is there now.\n"
    assert users(people) == [("ann", "a@b.c", staff, superuser)]
    assert fits(people, "ann", "a long secret")


def piped(people: Any, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return enfilade(*arguments, cwd=people.path, input=text)


def test_a_password_comes_from_a_pipe(people: Any) -> None:
    created = piped(people, "päss wörd \n", "createuser", "--username=ann", "--password-stdin")
    assert created.returncode == 0, created.stderr
    assert fits(people, "ann", "päss wörd ")
    changed = piped(people, "the other secret", "changepassword", "ann", "--password-stdin")
    assert changed.returncode == 0, changed.stderr
    assert fits(people, "ann", "the other secret")


def test_without_a_password_none_fits(people: Any) -> None:
    said = people.output("createuser", "--username=ann", "--no-input")
    assert said.splitlines() == [
        "The user ann is there now.",
        "They cannot sign in until they have a password:",
        "  enfilade changepassword ann",
    ]
    with sqlite3.connect(people.path / "site.sqlite3") as database:
        ((kept,),) = database.execute("SELECT password FROM enfilade_user")
    assert kept.startswith("!")
    assert noted(people) == ""


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (("createuser", "--no-input"), "", "--username says"),
        (("createuser", "--username=ann", "--no-input"), "short", "less than 8 characters"),
        (("createuser", "--username=gazette", "--no-input"), "gazette1", "like the username"),
        (("createuser", "--username=ann", "--no-input"), "", "is empty"),
        (("createuser", "--username= ann", "--no-input"), "a long secret", "' ann'"),
        (("createuser", "--username=\u202eann", "--no-input"), "a long secret", "not seen"),
        (("createuser", "--username=ann", "--email=a b", "--no-input"), "a long secret", "address"),
        (("createuser", f"--username={'x' * 200}", "--no-input"), "a long secret", "150"),
        (("changepassword", "nobody"), "a long secret", "There is no user nobody."),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    people: Any, arguments: Any, password: str, reason: str
) -> None:
    done = people.enfilade(*arguments, ENFILADE_PASSWORD=password)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert users(people) == []


def test_users_of_the_sites_own_are_asked_for_what_they_need(people: Any) -> None:
    members = (
        "from enfilade.contrib.auth.database import DatabaseUserStore\n"
        "from enfilade.contrib.auth.users import User\n"
        "class Member(User):\n"
        "    REQUIRED_FIELDS = ('email', 'first_name')\n"
        "class Members(DatabaseUserStore):\n"
        "    model = Member\n"
    )
    (people.path / "members.py").write_text(members)
    site = SITE.replace("MIGRATIONS", 'AUTH_USER_STORE="members.Members",\n    MIGRATIONS')
    people.write("app.py", site)
    refused = piped(people, "", "createuser", "--username=ann", "--no-input")
    assert (refused.returncode, "First name" in refused.stderr) == (1, True)
    terminal = Terminal(people, "createuser", "--username=ann", "--email=")
    terminal.until("First name:")
    terminal.type("Annabel")
    terminal.type_twice("annabel1")
    terminal.until("like the first name")
    terminal.type_twice("a long secret")
    assert terminal.leave()[0] == 0
    with sqlite3.connect(people.path / "site.sqlite3") as database:
        assert list(database.execute("SELECT first_name FROM enfilade_user")) == [("Annabel",)]


def test_a_name_that_is_taken_is_told_before_the_password_is_asked_for(people: Any) -> None:
    people.output("createuser", "--username=ann", "--no-input")
    terminal = Terminal(people, "createuser", "--username=ann")
    code, shown = terminal.leave()
    assert (code, "Password" in shown) == (1, False)
    assert "There is a user ann already" in shown


def test_a_person_is_asked_again_for_a_name_that_is_taken_and_a_wrong_address(
    people: Any,
) -> None:
    people.output("createuser", "--username=ann", "--no-input")
    terminal = Terminal(people, "createuser")
    terminal.until("Username:")
    terminal.type("ann")
    terminal.until("There is a user ann already", "Username:")
    terminal.type("bea")
    terminal.until("Email address:")
    terminal.type("bea at home")
    terminal.until("This is not an email address.", "Email address:")
    terminal.type("bea@b.c")
    terminal.type_twice("a long secret")
    code, shown = terminal.leave()
    assert (code, "The user bea is there now." in shown) == (0, True)
    assert "cannot sign in" not in shown
    assert [user[:2] for user in users(people)] == [("ann", ""), ("bea", "bea@b.c")]


def test_after_three_wrong_addresses_nobody_is_made(people: Any) -> None:
    terminal = Terminal(people, "createuser", "--username=ann")
    for _ in range(3):
        terminal.until("Email address:")
        terminal.type("a b")
    code, shown = terminal.leave()
    assert (code, "Password" in shown) == (1, False)
    assert users(people) == []


def test_missing_tables_are_told(folder: Any) -> None:
    folder.write("app.py", SITE)
    done = folder.enfilade("createuser", "--username=ann", "--no-input")
    assert done.returncode == 2
    assert "enfilade migrate" in done.stderr
