"""An Enfilade site in one file, through both of its doors."""

import profiled_pages as pages
from enfilade.handlers.application import Application
from enfilade.http import HttpResponse, JsonResponse, StreamingHttpResponse
from enfilade.urls import path
from enfilade.views.decorators.http import condition


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

application = Application(
    urlpatterns,
    DEBUG=True,
    SECRET_KEY="a key for this test site only",
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["enfilade.middleware.common.CommonMiddleware"],
)
