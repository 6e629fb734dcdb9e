"""Signed cookies through requests and responses, from the one package to the other."""

import datetime

import django.http
import django.test
import pytest

import enfilade.http
from enfilade.exceptions import ImproperlyConfigured
from enfilade.signing import BadSignature, SignatureExpired, Signer, get_cookie_signer
from enfilade.test import override_settings

PAIRS = [(enfilade.http, django.http), (django.http, enfilade.http)]
BOTH = [enfilade.http, django.http]


def signed(package, name="tea", value="green", **arguments):
    response = package.HttpResponse()
    response.set_signed_cookie(name, value, **arguments)
    return response.cookies[name]


def request_with(package, **cookies):
    request = package.HttpRequest()
    request.COOKIES.update(cookies)
    return request


class LegacySigner(Signer):
    """Not Enfilade's own, and without time."""

    def unsign(self, value, max_age=None):
        return super().unsign(value)


@pytest.mark.parametrize(("signs", "verifies"), PAIRS, ids=["ours", "theirs"])
@pytest.mark.parametrize("salt", ["", "salt", "3:é"])
def test_a_cookie_that_one_has_signed_the_other_verifies(signs, verifies, salt):
    cookie = signed(signs, value="清風", salt=salt)
    request = request_with(verifies, tea=cookie.value)
    assert request.get_signed_cookie("tea", salt=salt, max_age=60) == "清風"


@pytest.mark.parametrize("package", BOTH, ids=["ours", "theirs"])
def test_a_value_is_good_under_its_own_name_and_salt_only(package):
    value = signed(package, "a", salt="bc").value
    request = request_with(package, a=value, ab=value)
    assert request.get_signed_cookie("a", salt="bc") == "green"
    for name, salt in [("a", ""), ("a", "b"), ("ab", "c"), ("ab", "bc")]:
        assert request.get_signed_cookie(name, default=None, salt=salt) is None


def test_the_attributes_are_those_of_any_cookie(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)
    arguments = {"max_age": 10, "path": "/x", "secure": True, "samesite": "Lax", "salt": "s"}
    ours, theirs = [signed(package, **arguments).OutputString() for package in BOTH]
    assert ours == theirs


def test_without_a_default_the_trouble_is_raised():
    request = request_with(enfilade.http, forged="green:x:y")
    with pytest.raises(KeyError):
        request.get_signed_cookie("none")
    with pytest.raises(BadSignature):
        request.get_signed_cookie("forged")


def test_a_default_stands_for_whatever_is_wrong(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000)
    value = signed(enfilade.http).value
    monkeypatch.setattr("time.time", lambda: 1_700_000_100)
    request = request_with(enfilade.http, forged="green:x:y", old=value, tea=value)
    for name in ("none", "forged", "old"):
        assert request.get_signed_cookie(name, default=None, max_age=10) is None
    assert request.get_signed_cookie("tea", default=None, max_age=10) is None
    assert request.get_signed_cookie("tea", max_age=datetime.timedelta(minutes=2)) == "green"
    with pytest.raises(SignatureExpired):
        request.get_signed_cookie("tea", max_age=10)


def test_cookies_signed_with_the_salt_of_earlier_versions_are_accepted_while_the_setting_says_so():
    value = get_cookie_signer(salt="tea" + "salt").sign("green")
    request = request_with(enfilade.http, tea=value)
    with override_settings(SIGNED_COOKIE_LEGACY_SALT_FALLBACK=True):
        assert request.get_signed_cookie("tea", salt="salt") == "green"
    with pytest.raises(BadSignature):
        request.get_signed_cookie("tea", salt="salt")


def test_an_expired_cookie_is_not_tried_with_the_earlier_salt(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000)
    request = request_with(enfilade.http, tea=signed(enfilade.http).value)
    monkeypatch.setattr("time.time", lambda: 1_700_000_011)
    with pytest.raises(SignatureExpired):
        request.get_signed_cookie("tea", max_age=10)


def test_a_cookie_outlives_a_change_of_the_key():
    with override_settings(SECRET_KEY="old"):
        request = request_with(enfilade.http, tea=signed(enfilade.http).value)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert request.get_signed_cookie("tea") == "green"
    with override_settings(SECRET_KEY="new"), pytest.raises(BadSignature):
        request.get_signed_cookie("tea")


def test_the_backend_is_a_setting():
    with override_settings(SIGNING_BACKEND=f"{__name__}.LegacySigner"):
        assert signed(enfilade.http).value.count(":") == 1
    with (
        override_settings(SIGNING_BACKEND="nowhere.Signer"),
        pytest.raises(ImproperlyConfigured, match=r"nowhere\.Signer"),
    ):
        get_cookie_signer()


def test_no_other_signer_can_make_a_cookie():
    salt = "django.http.cookies.v2:0:tea"
    with pytest.raises(BadSignature):
        request_with(enfilade.http, tea=Signer(salt=salt).sign("green:1")).get_signed_cookie("tea")
