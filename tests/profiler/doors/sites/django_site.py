"""A Django site in one file, through both of its doors."""

from django.conf import settings

settings.configure(
    DEBUG=True,
    SECRET_KEY="a key for this test site only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)

from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import condition  # noqa: E402

import profiled_pages as pages  # noqa: E402


def front(request):
    return HttpResponse(pages.PAGE)


def data(request):
    return JsonResponse({"news": []})


def zipped(request):
    return HttpResponse(pages.GZIPPED, headers={"Content-Encoding": "gzip"})


def stream(request):
    return StreamingHttpResponse(pages.PIECES)


def strict(request):
    return HttpResponse(pages.PAGE, headers={"Content-Security-Policy": pages.STRICT})


def narrow(request):
    return HttpResponse(pages.PAGE, headers={"Content-Security-Policy": pages.NARROW})


@condition(etag_func=lambda request: pages.ETAG)
def same(request):
    return HttpResponse(pages.PAGE)


def fail(request):
    raise RuntimeError("on purpose")


urlpatterns = [
    path("", front),
    path("data/", data),
    path("gzip/", zipped),
    path("stream/", stream),
    path("strict/", strict),
    path("narrow/", narrow),
    path("same/", same),
    path("fail/", fail),
]

application = get_wsgi_application()
asgi = get_asgi_application()
