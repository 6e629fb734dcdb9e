import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.trace.context import TraceParent, new_ids, read_trace_parent, read_trace_state

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


@pytest.mark.parametrize(
    "text", ["congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE", "fw529a3039@dt=a/1 b"]
)
def test_what_others_want_to_be_told_stays_as_it_is(text: str) -> None:
    assert read_trace_state(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "congo", "Congo=1", "congo=1,congo=2", "congo=", "congo=a=b", "9a=1", "congo=é"),
        "a=\n",
        ",".join(f"k{number}=v" for number in range(33)),
    ],
)
def test_a_state_that_is_none_is_not_there(text: str) -> None:
    assert read_trace_state(text) == ""


def test_of_a_long_state_the_long_members_go_first_and_then_the_last() -> None:
    short = [f"k{number}={'v' * 90}" for number in range(6)]
    long = [f"long{number}={'v' * 200}" for number in range(2)]
    assert read_trace_state(",".join([long[0], *short[:3], long[1]])) == ",".join(
        [long[0], *short[:3]]
    )
    assert read_trace_state(",".join([*long, *short])) == ",".join(short[:5])


@given(st.text(st.characters(max_codepoint=0x17F), max_size=80), st.integers(1, 40))
def test_a_state_that_is_handed_on_can_be_read_again(text: str, times: int) -> None:
    state = read_trace_state(",".join(f"k{number}={text}" for number in range(times)))
    assert len(state) <= 512
    assert read_trace_state(state) == state
