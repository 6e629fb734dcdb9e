from email.utils import parsedate_to_datetime
from time import time

from enfilade.server.loop.dates import HttpDate


def test_says_the_present_second_as_rfc_9110_writes_it():
    before = int(time())
    text = HttpDate()().decode()
    assert text.endswith(" GMT")
    assert len(text) == len("Sun, 06 Nov 1994 08:49:37 GMT")
    assert before <= parsedate_to_datetime(text).timestamp() <= time()


def test_follows_the_clock(monkeypatch):
    date = HttpDate()
    monkeypatch.setattr("enfilade.server.loop.dates.time", lambda: 784111777.9)
    assert date() == b"Sun, 06 Nov 1994 08:49:37 GMT"
    assert date() is date()
    monkeypatch.setattr("enfilade.server.loop.dates.time", lambda: 784111778.0)
    assert date() == b"Sun, 06 Nov 1994 08:49:38 GMT"
