"""The fuzz target holds for its corpus, and would notice if it did not."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FUZZ = Path(__file__).resolve().parents[2] / "fuzz"


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FUZZ)
    import fuzz_protocol

    return fuzz_protocol


def test_the_corpus_and_its_first_mutants_are_read_alike_by_all() -> None:
    command = [sys.executable, FUZZ / "fuzz_protocol.py", "--seconds", "0.2", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "nothing found" in done.stdout


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda reading: reading.requests.pop(), "waits for more"),
        (lambda reading: reading.requests.append((b"GET", b"/2", b"")), "has the end of a request"),
        (lambda reading: reading.requests.__setitem__(0, (b"GET", b"/", b"x")), "other requests"),
        (lambda reading: reading.requests.clear() or reading.refuse(OSError()), "refuses"),
    ],
)
def test_a_witness_that_reads_otherwise_is_a_finding(
    target: ModuleType, spoil: Callable[..., object], what: str
) -> None:
    def read(data: bytes) -> object:
        reading = target.read_with_enfilade(data)
        spoil(reading)
        return reading

    with pytest.raises(target.Finding, match=what):
        target.check(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {"witness": read})


def test_input_that_is_read_otherwise_when_cut_is_a_finding(
    target: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "read_byte_by_byte", lambda data: target.read_with_enfilade(b""))
    with pytest.raises(target.Finding, match="cutting changes it"):
        target.check(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", {})
