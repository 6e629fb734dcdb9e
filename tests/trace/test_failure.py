"""Why a request failed: in a line, and with the frames through which that went."""

import copy
import json
import pickle
import weakref

import pytest

from enfilade.secrecy import HIDDEN
from enfilade.trace import FAILURE, note_failure
from enfilade.trace.failure import DEPTH, LONGEST, Failure, described, frames_of, kind_of


def caught(function, *args):
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def fail(message):
    raise ValueError(message)


def test_tells_type_message_and_place():
    line = fail.__code__.co_firstlineno + 1
    assert described(caught(fail, "no")) == f"ValueError: no at {__file__}:{line} in fail"


@pytest.mark.parametrize("message", ["", "no", "at home: it rains", "a at b"])
def test_the_type_alone_can_be_had_of_what_is_told(message):
    assert kind_of(described(caught(fail, message))) == "ValueError"
    assert kind_of("KeyError") == "KeyError"


def blame(error):
    try:
        raise KeyError("door") from OSError(*error)
    except KeyError as cause:
        raise ValueError("no") from cause


@pytest.mark.parametrize(
    ("error", "said"), [(("password=s3cret",), f"OSError: password={HIDDEN}"), ((), "OSError")]
)
def test_the_first_of_those_it_was_raised_from_is_told(error, said):
    told = described(caught(blame, error))
    assert told.startswith(f"ValueError: no (from {said}) at {__file__}:")
    assert kind_of(told) == "ValueError"
    assert kind_of("ValueError (from OSError: no) at a.py:7 in b") == "ValueError"


def test_what_was_raised_from_itself_has_an_end():
    error, other = ValueError("one"), ValueError("other")
    error.__cause__, other.__cause__ = other, error
    assert described(error).startswith("ValueError: one")


def test_the_first_is_told_however_many_there_are():
    error = first = OSError("first")
    for number in range(50):
        error, cause = ValueError(str(number)), error
        error.__cause__ = cause
    assert described(error) == "ValueError: 49 (from OSError: first)"
    assert first.__cause__ is None


def test_a_class_may_have_a_cause_of_its_own():
    class Proud(Exception):
        @property
        def __cause__(self):
            raise RuntimeError

    assert described(Proud("no")) == "Proud: no"


def test_the_place_is_in_the_site_s_own_code():
    def parse():
        json.loads("{")

    said = described(caught(parse))
    assert said.startswith("JSONDecodeError: Expecting property name")
    assert f"at {__file__}:" in said and said.endswith(".parse")


def test_without_such_a_place_it_is_where_it_was_raised():
    assert "/json/decoder.py:" in described(caught(json.loads, "{")) or __file__ in described(
        caught(json.loads, "{")
    )


def test_an_exception_that_was_not_raised_has_no_place():
    assert described(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    "message", ["password=s3cret", "no such token: s3cret", "postgres://ada:s3cret@db/x"]
)
def test_hides_secrets(message):
    assert "s3cret" not in described(ValueError(message))
    assert HIDDEN in described(ValueError(message))


def test_is_one_line_of_bounded_length():
    said = described(ValueError("a\n b " * 10_000))
    assert "\n" not in said
    assert len(said) < LONGEST + 50


def test_an_exception_that_cannot_say_what_it_is():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    assert described(Broken()) == "Broken: (its str() raised RuntimeError)"


def test_the_first_failure_counts():
    environ = {}
    note_failure(environ, ValueError("first"))
    note_failure(environ, KeyError("second"))
    assert environ == {FAILURE: "ValueError: first"}


def sink(depth):
    if depth:
        sink(depth - 1)
    raise ValueError("too deep")


def test_its_frames_are_told_the_innermost_first():
    innermost, middle, outermost = frames_of(Failure(caught(sink, 1)))
    line = sink.__code__.co_firstlineno
    assert innermost == f"{__file__}:{line + 3} sink"
    assert middle == f"{__file__}:{line + 2} sink"
    assert outermost.startswith(__file__) and outermost.endswith(" caught")


def test_of_many_frames_the_innermost_are_kept():
    frames = frames_of(Failure(caught(sink, 500)))
    assert len(frames) == DEPTH == 20
    assert frames[0].endswith(f":{sink.__code__.co_firstlineno + 3} sink")
    assert not any(frame.endswith(" caught") for frame in frames)


def test_nothing_that_the_frames_had_at_hand_outlives_them():
    class Thing:
        pass

    seen = []

    def fail_with_a_thing():
        thing = Thing()
        seen.append(weakref.ref(thing))
        raise ValueError("broken")

    environ = {}
    note_failure(environ, caught(fail_with_a_thing))
    assert seen[0]() is None
    assert frames_of(environ[FAILURE])[0].endswith("fail_with_a_thing")


def test_what_is_only_a_text_has_no_frames():
    assert frames_of("KeyError") == ()
    assert frames_of(Failure(ValueError("not raised"))) == ()


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda carrier: pickle.loads(pickle.dumps(carrier))]
)
def test_a_carrier_may_be_copied_and_pickled_after_a_failure(copied):
    environ = {}
    note_failure(environ, caught(fail, "no"))
    assert copied(environ) == environ
