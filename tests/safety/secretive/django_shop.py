"""The like of ``shop``, made with Django."""

import logging
import tempfile
import time

from django.conf import settings

from canaries import CANARIES

settings.configure(
    SECRET_KEY=CANARIES["setting"] * 4,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{tempfile.mkdtemp()}/shop",
            "PASSWORD": CANARIES["database"],
        }
    },
)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402

logger = logging.getLogger("shop")
logger.setLevel(logging.INFO)
for quiet in (logger, logging.getLogger("django")):  # what they write is not ours
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False


def use_secrets(request):
    logger.info("login of ada with password: %s", CANARIES["log"])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS users (name TEXT, password TEXT)")
        cursor.execute(f"UPDATE users SET password = '{CANARIES['statement']}'")
        cursor.execute("SELECT name FROM users WHERE name = %s", [CANARIES["parameter"]])


def page(request, **kwargs):
    use_secrets(request)
    response = HttpResponse("<!doctype html><title>Shop</title><body>ok</body>")
    response.set_cookie("basket", CANARIES["setcookie"])
    return response


def away(request):
    use_secrets(request)
    return HttpResponseRedirect(f"/?page=2&token={CANARIES['location']}")


def fail(request, **kwargs):
    use_secrets(request)
    raise LookupError(f"no such user (token: {CANARIES['exception']})")


def late(request):
    time.sleep(0.3)
    return HttpResponse("late")


page.csrf_exempt = away.csrf_exempt = fail.csrf_exempt = True

urlpatterns = [
    path("", page),
    path("away/", away),
    path("fail/", fail),
    path("late/", late),
    path("reset/<str:token>/", page),
    path("reset/<str:token>/fail/", fail),
]

application = get_wsgi_application()
