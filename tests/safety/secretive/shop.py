"""A site with a secret in every place, as WSGI and as ASGI."""

import json
import logging
import tempfile
import time

import sqlalchemy

from canaries import CANARIES
from enfilade.conf import settings

logger = logging.getLogger("shop")
logger.setLevel(logging.INFO)

settings.configure(
    DEBUG=__name__ == "shop_in_debug",
    SECRET_KEY=CANARIES["setting"] * 4,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "enfilade.middleware.common.CommonMiddleware",
        "enfilade.contrib.sessions.middleware.SessionMiddleware",
    ],
    SESSION_ENGINE="enfilade.contrib.sessions.backends.signed_cookies",
    PAYMENT={"url": f"https://shop:{CANARIES['database']}@bank.example/"},
)

from enfilade.handlers.application import get_asgi_application, get_wsgi_application  # noqa: E402
from enfilade.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from enfilade.urls import path  # noqa: E402

engine = sqlalchemy.create_engine(f"sqlite:///{tempfile.mkdtemp()}/shop")
with engine.begin() as connection:
    connection.execute(sqlalchemy.text("CREATE TABLE users (name TEXT, password TEXT, note TEXT)"))


def use_secrets(request):
    """Do with them what sites do."""
    password = request.POST.get("password", "")
    token = CANARIES["log"]
    logger.info("login of ada with password: %s", token)
    logger.warning("called back at https://bank.example/done?page=2&token=%s", token)
    with engine.begin() as connection:
        literal = f"UPDATE users SET password = '{CANARIES['statement']}' WHERE name = 'ada'"
        connection.execute(sqlalchemy.text(literal))
        bound = sqlalchemy.text("SELECT note FROM users WHERE note = :note")
        connection.execute(bound, {"note": CANARIES["parameter"]})
    request.session["basket"] = CANARIES["session"]
    return password


def page(request, **kwargs):
    use_secrets(request)
    response = HttpResponse("<!doctype html><title>Shop</title><body>ok</body>")
    response.set_cookie("basket", CANARIES["setcookie"])
    return response


def away(request):
    use_secrets(request)
    return HttpResponseRedirect(f"/?page=2&token={CANARIES['location']}")


def fail(request, **kwargs):
    password = use_secrets(request)
    given = json.loads(request.body) if request.content_type == "application/json" else {}
    raise LookupError(
        f"no such user (token: {CANARIES['exception']}, {len(given) + len(password)})"
    )


def late(request):
    password = CANARIES["late"]
    time.sleep(0.3)
    return HttpResponse(f"{len(password)}")


urlpatterns = [
    path("", page),
    path("away/", away),
    path("fail/", fail),
    path("late/", late),
    path("reset/<str:token>/", page),
    path("reset/<str:token>/fail/", fail),
]

application = get_wsgi_application()
asgi = get_asgi_application()
