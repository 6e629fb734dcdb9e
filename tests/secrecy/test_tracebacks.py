"""Tracebacks without the secrets in what exceptions say."""

import traceback

import pytest

from enfilade.secrecy import HIDDEN, format_exception


def raised(make):
    try:
        make()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def fail():
    raise ValueError("no such token: s3cret")


def fail_on():
    try:
        fail()
    except ValueError as error:
        raise RuntimeError("password=s3cret\nand more") from error


def fail_together():
    raise ExceptionGroup("two", [raised(fail), raised(fail_on)])


@pytest.mark.parametrize("make", [fail, fail_on, fail_together])
def test_hides_what_exceptions_say(make):
    error = raised(make)
    text = format_exception(error, error.__traceback__)
    said = [line for line in text.splitlines() if "raise ValueError" not in line]
    assert "s3cret" not in "".join(line for line in said if "raise RuntimeError" not in line)
    assert f"ValueError: no such token: {HIDDEN}" in text


def test_shows_the_rest_as_python_does():
    error = raised(lambda: {}["page"])
    theirs = "".join(traceback.format_exception(error))
    assert format_exception(error, error.__traceback__) == theirs


def test_an_exception_that_cannot_say_what_it_is():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    assert "Broken" in format_exception(Broken(), None)
