import pytest

from enfilade.http.dates import http_date, parse_http_date


def test_the_example_of_the_rfc_is_written_and_read():
    assert http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
    for text in (
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ):
        assert parse_http_date(text) == 784111777


@pytest.mark.parametrize("text", ["", "now", "Sun, 32 Nov 1994 08:49:37 GMT", "a b c d e"])
def test_anything_else_is_a_value_error_that_shows_it(text):
    with pytest.raises(ValueError, match="not a valid date"):
        parse_http_date(text)
