import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from accesses import ACCESS
from enfilade.server.access_format import choose_format
from enfilade.server.options import Options

LINE = choose_format(Options(access_log_format="json"))
RECORD = replace(
    ACCESS, user_agent="", fields={"traceparent": "00-0af7-b7ad-01", "cookie": "secret"}
)


def test_a_line_is_an_object():
    assert json.loads(LINE(RECORD)) == {
        "time": "2026-02-02T02:40:00.500Z",
        "client": "192.0.2.7",
        "method": "GET",
        "target": "/a?b=c",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": 312,
        "duration": 0.001235,
        "first_byte": 0.001,
        "queue": 0.25,
        "traceparent": "00-0af7-b7ad-01",
    }


@given(st.text(), st.text(), st.text())
def test_no_input_forges_a_line_and_all_of_it_comes_back(target, agent, id_):
    record = replace(RECORD, target=target, user_agent=agent, fields={"x-request-id": id_})
    line = LINE(record)
    assert all(32 <= byte < 127 for byte in line[:-1])
    read = json.loads(line)
    assert (read["target"] if target else "") == target
    assert read.get("user_agent", "") == agent
    assert read.get("request_id", "") == id_
