"""Routes of a site that the profiler takes in development."""

from types import ModuleType

import fastapi
import flask
import pytest

from enfilade.http import HttpResponse
from enfilade.profiler.doors.claims import claimed, own_hosts
from enfilade.test import override_settings
from enfilade.urls import path


def view(request):
    return HttpResponse()


def flask_site():
    application = flask.Flask(__name__)
    application.add_url_rule("/-/enfilade/<name>", "mine", lambda name: name)
    application.add_url_rule("/-/other/", "other", lambda: "")
    return application


def fastapi_site():
    application = fastapi.FastAPI()
    application.get("/-/enfilade/{name}")(lambda name: name)
    return application


@pytest.mark.parametrize(
    ("make", "route"),
    [(flask_site, "/-/enfilade/<name>"), (fastapi_site, "/-/enfilade/{name}")],
)
def test_routes_of_other_frameworks_are_found(make, route):
    assert claimed(make()) == [route]


def test_routes_of_enfilade_are_found():
    urlconf = ModuleType("claiming")
    urlconf.urlpatterns = [path("-/enfilade/<str:name>/", view), path("-/mine/", view)]
    with override_settings(ROOT_URLCONF=urlconf):
        assert claimed(object()) == ["/-/enfilade/<str:name>/"]


def test_what_has_no_routes_claims_nothing():
    assert claimed(lambda environ, start_response: []) == []


def test_the_hosts_of_a_site_are_its_own_unless_they_may_be_anybody_s():
    names = ["Shop.example", "*", ".shop.example", ""]
    with override_settings(ALLOWED_HOSTS=names):
        found = own_hosts()
    assert "shop.example" in found
    assert not {"*", ".shop.example", ""} & set(found)
