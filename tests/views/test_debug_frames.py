"""Exceptions as data: chains, frames, source, endless recursion."""

import sys
from dataclasses import replace

import pytest

from enfilade.views.debug_frames import INNERMOST, OUTERMOST, Group, failures


def _failures(function):
    try:
        function()
    except BaseException as exc:
        return failures(exc, sys.exc_info()[2])
    raise AssertionError("it did not fail")


def test_links_say_how_one_exception_led_to_the_other():
    def explicit():
        try:
            [][0]
        except IndexError as exc:
            raise KeyError from exc

    def implicit():
        try:
            explicit()
        except KeyError:
            raise ValueError

    def suppressed():
        try:
            implicit()
        except ValueError:
            raise TypeError from None

    chain = _failures(implicit)
    assert [(each.type_name, each.link) for each in chain] == [
        ("ValueError", "context"),
        ("KeyError", "cause"),
        ("IndexError", ""),
    ]
    assert [each.type_name for each in _failures(suppressed)] == ["TypeError"]


def test_survives_a_chain_that_bites_its_tail():
    def cyclic():
        first, second = KeyError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        raise first

    assert [each.type_name for each in _failures(cyclic)] == ["KeyError", "ValueError"]


def test_endless_recursion_keeps_both_ends():
    def endless():
        endless()

    (failure,) = _failures(endless)
    assert len(failure.frames) == OUTERMOST + INNERMOST
    assert failure.omitted > 500


def test_columns_count_characters_not_bytes():
    def accented():
        größe, namen = "ä", {}
        return größe + namen["ö"] + größe

    (failure,) = _failures(accented)
    line = failure.frames[-1].current
    assert (line.before.strip(), line.failing, line.after) == (
        "return größe +",
        'namen["ö"]',
        " + größe",
    )


def test_source_has_the_lines_around_the_failing_one():
    def failing():
        before = 1
        raise ValueError(before)

    (failure,) = _failures(failing)
    texts = [line.text.strip() for line in failure.frames[-1].source]
    assert texts.index("before = 1") < texts.index("raise ValueError(before)")
    assert sum(line.current for line in failure.frames[-1].source) == 1


def test_code_without_a_file_has_no_source():
    (failure,) = _failures(lambda: exec(compile("1 / 0", "<nowhere>", "exec"), {}))
    assert failure.frames[-1].source == []
    assert failure.frames[-1].current is None


def test_frames_may_hide_themselves():
    def hidden():
        __traceback_hide__ = True
        raise ValueError(__traceback_hide__)

    (failure,) = _failures(hidden)
    assert [frame.function.rpartition(".")[2] for frame in failure.frames] == ["_failures"]


def test_an_exception_that_cannot_be_printed_is_shown_all_the_same():
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError

    def failing():
        raise Unprintable

    (failure,) = _failures(failing)
    assert "Unprintable" in failure.message


def test_notes_may_be_anything():
    def failing():
        exc = ValueError("x")
        exc.__notes__ = 7
        raise exc

    (failure,) = _failures(failing)
    assert failure.notes == ["7"]


def test_an_exception_that_names_an_address_does_not_tell_its_password():
    def failing():
        exc = OSError("no answer from postgres://ada:s3cret@db.example/site")
        exc.add_note("Hint: try redis://:s3cret@localhost")
        raise exc

    (failure,) = _failures(failing)
    assert "s3cret" not in f"{failure.message} {failure.notes}"
    assert "db.example" in failure.message


def test_frames_are_grouped_by_owner():
    import json

    (failure,) = _failures(lambda: json.loads("{"))
    assert [group.folded for group in failure.groups] == [False, True]
    assert failure.groups[1].label == "3 calls in libraries"
    assert failure.where.function.endswith("<lambda>")


@pytest.mark.parametrize("count", [1, 2])
def test_a_group_is_called_by_its_size(count):
    (failure,) = _failures(lambda: [][0])
    label = Group([replace(failure.frames[0], kind="library")] * count, True).label
    assert label.startswith(f"{count} call{'s' if count > 1 else ''} in")
