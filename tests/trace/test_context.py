import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.trace.context import TraceParent, new_ids, read_trace_parent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("03", True)])
def test_reads_what_the_standard_shows(flags: str, sampled: bool) -> None:
    assert read_trace_parent(f"00-{TRACE}-{SPAN}-{flags}") == TraceParent(TRACE, SPAN, sampled)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-00",
        f"ff-{TRACE}-{SPAN}-00",
        f"00-{TRACE}-{SPAN}-00-more",
        f"00-{'0' * 32}-{SPAN}-00",
        f"00-{TRACE}-{'0' * 16}-00",
        f"00-{TRACE}-{SPAN}-0",
        f"00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01",
    ],
)
def test_what_is_not_well_formed_is_not_there(text: str) -> None:
    assert read_trace_parent(text) is None


def test_a_version_to_come_may_say_more() -> None:
    assert read_trace_parent(f"cc-{TRACE}-{SPAN}-01-what-the-future") is not None


@given(st.text("0123456789abcdef-", max_size=60))
def test_what_is_read_is_written_the_same(text: str) -> None:
    found = read_trace_parent(text)
    assert found is None or str(found)[3:52] == text.strip(" \t")[3:52]


def test_new_ids_are_written_and_read() -> None:
    parent = TraceParent(*new_ids(), sampled=True)
    assert read_trace_parent(str(parent)) == parent
