"""Log injection, in every format of access lines: one answer, one line, and no terminal codes."""

import json
import re

import pytest

from enfilade.server.access_format import choose_format
from enfilade.server.access_log import AccessLog
from enfilade.server.options import Options
from wire import serving

ATTACK = (
    b'GET /"x"?%0a HTTP/1.1\r\nHost: localhost\r\nReferer: a\\\r\nX-Request-ID: i"},{"\x9b\r\n'
    b'User-Agent: "\x9b31m\t127.0.0.1 - - "GET /forged\xe2\x80\xa8\r\n\r\n'
)
PATTERN = '%(h)s "%(r)s" "%(f)s" "%(a)s" "%({x-request-id}i)s"'


def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.mark.parametrize("wanted", ["combined", "json", PATTERN])
def test_log_injection_in_every_format(wanted, tmp_path):
    file = tmp_path / "access.log"
    log = AccessLog(str(file), choose_format(Options(access_log_format=wanted)))
    with serving(application, access=log) as site, site.client() as client:
        assert client.send(ATTACK).answer().status == 200
    log.close()
    data = file.read_bytes()
    assert data.endswith(b"\n")
    assert all(0x20 <= octet < 0x7F for octet in data[:-1])
    if wanted == "json":
        assert json.loads(data)["request_id"] == 'i"},{"\x9b'
    else:
        bare = re.sub(rb"\\.", b"", data).count(b'"')
        assert bare == {"combined": 6, PATTERN: 8}[wanted]
