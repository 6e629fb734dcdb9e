import pytest

from enfilade.exceptions import DisallowedRedirect
from enfilade.http import HttpResponsePermanentRedirect, HttpResponseRedirect


class Lazy:
    """A text that is made when it is needed."""

    def __str__(self):
        return "/lazy/é"


def test_a_lazy_address_is_made_and_encoded():
    assert HttpResponseRedirect(Lazy()).url == "/lazy/%C3%A9"


@pytest.mark.parametrize("kind", [HttpResponseRedirect, HttpResponsePermanentRedirect])
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:x", "JavaScript:alert(1)"])
def test_only_addresses_of_the_web_are_redirected_to(kind, address):
    with pytest.raises(DisallowedRedirect, match="protocol"):
        kind(address)


def test_an_over_long_address_is_not_redirected_to():
    with pytest.raises(DisallowedRedirect, match="16384"):
        HttpResponseRedirect("/" * 20000)


@pytest.mark.parametrize("address", ["http://[", "//[::1"])
def test_an_address_that_cannot_be_read_is_not_redirected_to(address):
    with pytest.raises(DisallowedRedirect, match="IPv6"):
        HttpResponseRedirect(address)


def test_a_site_may_allow_other_schemes():
    class Mail(HttpResponseRedirect):
        allowed_schemes = ["mailto"]

    assert Mail("mailto:a@b").url == "mailto:a@b"
