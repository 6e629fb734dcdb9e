"""An unchanged Django 5.2 project in one file: the admin, sessions, CSRF and SQLite in memory."""

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    SECRET_KEY="a key for this test site only",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file::memory:?cache=shared"}
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    STATIC_URL="static/",
)
django.setup()

from django.contrib import admin  # noqa: E402 - the admin needs configured settings
from django.contrib.auth.models import User  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402

connection.ensure_connection()  # keeps the shared in-memory database alive in this worker
call_command("migrate", verbosity=0)
User.objects.create_superuser("editor", "editor@example.org", "a long password")


@csrf_exempt
def echo(request, rest):
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path,
            "query": request.GET.dict(),
            "form": request.POST.dict(),
            "body": request.body.decode(errors="replace") if not request.POST else "",
            "header": request.headers.get("X-Room", ""),
        }
    )


def stream(request):
    return StreamingHttpResponse(f"line {number}\n" for number in range(1000))


def fail(request):
    raise RuntimeError("on purpose")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("echo/<path:rest>", echo),
    path("stream/", stream),
    path("fail/", fail),
    path("", lambda request: HttpResponse("django")),
]
application = get_wsgi_application()
