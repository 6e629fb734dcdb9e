import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accesses import ACCESS
from enfilade.server.access import AccessRecord
from enfilade.server.access_atoms import AccessFormatError, AtomFormat
from enfilade.server.access_format import choose_format, combined
from enfilade.server.options import Options

RECORD = replace(
    ACCESS, bytes_sent=0, duration=1.2345678, first_byte=1.2, fields={"x-request-id": "abc"}
)
GUNICORN = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"'


def written(pattern, record=RECORD):
    line = AtomFormat(pattern)(record)
    assert line.endswith(b"\n")
    return line[:-1].decode("ascii")


def test_gunicorn_s_own_pattern_gives_the_combined_line_without_the_duration():
    shown = combined(RECORD).decode().rpartition(" ")[0]
    assert written(GUNICORN) == shown.replace(" 200 0 ", " 200 - ")


@pytest.mark.parametrize(
    ("atom", "text"),
    [
        ("m", "GET"),
        ("U", "/a"),
        ("q", "b=c"),
        ("H", "HTTP/1.1"),
        ("b", "-"),
        ("B", "0"),
        ("T", "1"),
        ("M", "1234"),
        ("D", "1234567"),
        ("L", "1.234568"),
        ("f", "-"),
        ("queue", "0.250000"),
        ("first_byte", "1.200000"),
        ("{X-Request-ID}i", "abc"),
        ("{x-none}i", "-"),
    ],
)
def test_atoms(atom, text):
    assert written(f"%({atom})s") == text


def test_the_process_and_a_percent_sign():
    assert re.fullmatch(r"100% <\d+>", written("100%% %(p)s"))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("%(x)s", "unknown"),
        ("%h", "no atom"),
        ("%(h)s %", "no atom"),
        ("%({content-type}o)s", "answer's fields"),
        ("%({wsgi.input}e)s", "environ"),
        ("%(h)s\n%(s)s", "more than one line"),
    ],
)
def test_says_what_cannot_be_told(pattern, said):
    with pytest.raises(AccessFormatError, match=said) as caught:
        AtomFormat(pattern)
    assert "format" in str(caught.value)


@given(st.text(), st.text())
def test_no_input_forges_a_line_or_a_field(target, id_):
    record = AccessRecord(0.0, "", "GET", target, "HTTP/1.1", 200, 0, fields={"x-id": id_})
    line = AtomFormat('"%(r)s" "%({x-id}i)s"')(record)
    assert all(32 <= byte < 127 for byte in line[:-1])
    assert re.sub(rb"\\.", b"", line).count(b'"') == 4


def test_a_pattern_may_have_letters_beyond_ascii():
    assert written("naïf %(s)s") == r"na\xeff 200"


def test_the_options_choose():
    assert choose_format(Options()) is combined
    assert choose_format(Options(access_log_format="combined", debug=True)) is combined
    assert choose_format(Options(access_log_format="%(s)s"))(RECORD) == b"200\n"
