import pytest

from enfilade.server.addresses import Address, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8000", Address("tcp", "127.0.0.1", 8000)),
        ("localhost:0", Address("tcp", "localhost", 0)),
        (":80", Address("tcp", "0.0.0.0", 80)),
        ("[::1]:8000", Address("tcp", "::1", 8000)),
        ("unix:/run/site.sock", Address("unix", path="/run/site.sock")),
        ("unix:///run/site.sock", Address("unix", path="/run/site.sock")),
        ("unix:site.sock", Address("unix", path="site.sock")),
        ("fd://3", Address("fd", descriptor=3)),
    ],
)
def test_reads_every_form(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["127.0.0.1:8000", "[::1]:8000", "unix:/a/b", "fd://3"])
def test_is_written_as_it_was_read(text):
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("8000", r"did you mean :8000\? Write HOST:PORT"),
        ("", "HOST:PORT"),
        ("::1:8000", r"\[::1\]:8000"),
        ("localhost:http", "no port"),
        ("localhost:70000", "no port"),
        ("localhost:-1", "no port"),
        ("localhost:", "no port"),
        ("unix:", "no socket file"),
        ("fd://", "no file descriptor"),
        ("fd://three", "no file descriptor"),
    ],
)
def test_says_what_is_wrong_with_an_address(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_address(text)
