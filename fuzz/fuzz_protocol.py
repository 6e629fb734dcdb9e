"""Fuzz the request parser: the plain one and the compiled one against each other, with h11 and
httptools as witnesses where they are installed.

    python fuzz/fuzz_protocol.py --seconds 10      changes the corpus at random
    python fuzz/fuzz_protocol.py --atheris [...]   guided by coverage; arguments of libFuzzer

README.md says what counts as an error.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import twins
from disagreements import find_disagreement
from mutations import mutants
from readers import End, Reader, installed_oracles, read_byte_by_byte, read_with_enfilade

CORPUS = Path(__file__).with_name("corpus")


class Finding(AssertionError):
    """An input on which the parser is wrong, or at odds with a witness."""

    def __init__(self, what: str, data: bytes) -> None:
        super().__init__(f"{what}\ninput: {data!r}")
        self.data = data


def check(data: bytes, oracles: Mapping[str, Reader]) -> None:
    """Raise :exc:`Finding` if *data* is read wrongly; any other exception is a fault too."""
    ours = read_with_enfilade(data)
    cut = read_byte_by_byte(data)
    if ours.requests != cut.requests or ours.end is not cut.end:
        raise Finding(f"cutting changes it:\n  whole {ours}\n  cut   {cut}", data)
    if ours.end is End.REFUSED and (after := read_with_enfilade(data + b"\r\n")).end != ours.end:
        raise Finding(f"an error is not final: {after}", data)
    if twins.INSTALLED:
        compare_twins(data)
    for name, read in oracles.items():
        theirs = read(data)
        if what := find_disagreement(name, data, ours, theirs):
            raise Finding(f"{what}\n  enfilade {ours}\n  {name} {theirs}", data)


def compare_twins(data: bytes) -> None:
    """Raise :exc:`Finding` if the plain and the compiled parts make different things of it."""
    try:
        twins.compare(data)
    except AssertionError as error:
        raise Finding(str(error), data) from error


def load_corpus() -> list[bytes]:
    """The seeds, in the order of their names."""
    return [path.read_bytes() for path in sorted(CORPUS.glob("*.http"))]


def fuzz_at_random(seconds: float, seed: int) -> int:
    """Check the corpus, then its mutants for so many seconds; how many inputs that were."""
    oracles, seeds = installed_oracles(), load_corpus()
    for data in seeds:
        check(data, oracles)
    count, deadline = len(seeds), time.monotonic() + seconds
    for data in mutants(seeds, seed):
        if time.monotonic() >= deadline:
            break
        check(data, oracles)
        count += 1
    return count


def fuzz_with_atheris(arguments: list[str]) -> None:
    """Hand over to atheris, which does not return."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris, or leave --atheris out")
    oracles = installed_oracles()
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], str(CORPUS), *arguments], lambda data: check(data, oracles))
    atheris.Fuzz()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fuzz the request parser.")
    parser.add_argument("--seconds", type=float, default=10, help="0: only the corpus")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="to repeat a run")
    parser.add_argument("--atheris", action="store_true", help="be guided by coverage")
    options, others = parser.parse_known_args()
    if options.atheris:
        fuzz_with_atheris(others)
        return
    if others:
        parser.error(f"unknown: {' '.join(others)}")
    compiled = ["the compiled parts"] if twins.INSTALLED else []
    witnesses = ", ".join([*compiled, *installed_oracles()]) or "nobody"
    print(f"seed {options.seed}, compared with {witnesses}", flush=True)
    try:
        count = fuzz_at_random(options.seconds, options.seed)
    except Finding as finding:
        sys.exit(f"FOUND {finding}")
    print(f"{count} inputs, nothing found")


if __name__ == "__main__":
    main()
