"""One access, for the tests of what the formats of the access log make of it."""

from enfilade.server.access import AccessRecord

ACCESS = AccessRecord(
    time=1_770_000_000.5,
    peer="192.0.2.7",
    method="GET",
    target="/a?b=c",
    version="HTTP/1.1",
    status=200,
    bytes_sent=312,
    duration=0.0012345678,
    queued=0.25,
    first_byte=0.001,
    user_agent="curl/8",
)
