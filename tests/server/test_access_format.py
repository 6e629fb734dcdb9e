import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accesses import ACCESS
from enfilade.server.access_format import combined, short, wants_colour
from enfilade.server.access_text import escape


def test_the_combined_line_with_its_duration():
    assert re.fullmatch(
        rb'192\.0\.2\.7 - - \[0[12]/Feb/2026:\d\d:40:00 [+-]\d{4}\] "GET /a\?b=c HTTP/1\.1" '
        rb'200 312 "-" "curl/8" 1\.23[45]\n',
        combined(ACCESS),
    )


def test_a_client_on_a_unix_socket_has_no_address():
    assert combined(replace(ACCESS, peer="")).startswith(b"- - - [")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ('a"b', r"a\"b"),
        ("a\\b", r"a\\b"),
        ("a\r\nb", r"a\x0d\x0ab"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x7f\x85\xe9", r"\x7f\x85\xe9"),
        ("☃", r"\u2603"),
    ],
)
def test_escapes_what_could_forge_a_line(text, escaped):
    assert escape(text) == escaped


@given(st.text(), st.text(), st.text())
def test_no_input_forges_a_line_or_a_field(target, agent, referer):
    line = combined(replace(ACCESS, target=target, user_agent=agent, referer=referer))
    assert line.endswith(b"\n")
    assert all(32 <= byte < 127 for byte in line[:-1])
    without_escapes = re.sub(rb"\\.", b"", line)
    assert without_escapes.count(b'"') == 6


@given(st.text())
def test_no_input_commands_the_terminal(target):
    line = short(replace(ACCESS, target=target), colour=False)
    assert all(32 <= byte < 127 for byte in line[:-1])


def test_the_short_line_is_coloured_by_status():
    assert b"200" in short(ACCESS, colour=False)
    assert b"\x1b" not in short(ACCESS, colour=False)
    colours = {
        short(replace(ACCESS, status=s), True).split(b"m", 3)[2] for s in (200, 302, 404, 500)
    }
    assert len(colours) == 4


@pytest.mark.parametrize(
    ("environ", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_is_for_terminals_and_not_against_no_color(environ, terminal, colour):
    assert wants_colour(environ, terminal) is colour
