"""Django's admin, told as it stands in a project: whom it keeps out, and what stands around it."""

import pytest

PROJECT = """
from django.conf import settings

settings.configure(
    SECRET_KEY="of a test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost"],
    INSTALLED_APPS=[f"django.contrib.{name}" for name in (
        "admin", "auth", "contenttypes", "sessions", "messages")],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.contrib import admin
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

def report(request):
    return HttpResponse("sums")

class Open(admin.AdminSite):
    def has_permission(self, request):
        return True

class Own(admin.AdminSite):
    def admin_view(self, view, cacheable=False):
        return view

urlpatterns = [
    path("admin/report/", admin.site.admin_view(report)),
    path("admin/bare/", admin.site.admin_view(csrf_exempt(report), cacheable=True)),
    path("open/report/", Open("open").admin_view(report)),
    path("own/", Own("own").urls),
    path("admin/", admin.site.urls),
]
"""


@pytest.fixture
def project(folder):
    folder.write("office.py", PROJECT)
    return folder


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/admin/", "/admin/login/?next=/admin/"),
        ("/admin/auth/user/?page=2", "/admin/login/?next=/admin/auth/user/%3Fpage%3D2"),
        ("/admin/auth/user/7/password/", "/admin/login/?next=/admin/auth/user/7/password/"),
        ("/admin/report/", "/admin/login/?next=/admin/report/"),
        ("/admin/bare/", "/admin/login/?next=/admin/bare/"),
        ("/admin/logout/", "/admin/"),
    ],
)
def test_who_has_not_signed_in_is_told_to_be_sent_to_the_login(project, path, location):
    plan = project.json("explain", "--json", "--analyze", "GET", path, "office:application")
    (refusal,) = plan["landing"]["kept_out"]
    assert refusal["whom"] == "who has not signed in as staff"
    assert refusal["answer"]["location"] == location
    assert refusal["answer"]["status"] == plan["measured"]["status"] == 302
    assert [stop["by"] for stop in plan["stops"] if stop["status"] == 302] == ["admin_view"]


def test_what_stands_around_a_view_is_called_as_a_person_wrote_it(project):
    text = project.output("explain", "GET", "/admin/auth/user/", "office:application", columns=100)
    assert "behind: admin_view, then CsrfViewMiddleware" in text
    text = project.output("explain", "GET", "/admin/login/", "office:application", columns=100)
    assert "behind: never_cache" in text
    assert "who has not signed in" not in text


def test_a_site_with_rules_of_its_own_is_not_said_to_have_django_s(project):
    (refusal,) = project.json("explain", "--json", "GET", "/open/report/", "office")["landing"][
        "kept_out"
    ]
    assert refusal["whom"] == "who does not pass has_permission()"
    own = project.json("explain", "--json", "GET", "/own/", "office:application")["landing"]
    assert own["kept_out"] == []
    assert own["view"]["decorators"][0]["name"].endswith("Own.admin_view")
