"""One site that answers everything the clients' tests ask, sync and async alike."""

from types import ModuleType

import pytest

from enfilade.http import (
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from enfilade.template import TemplateResponse
from enfilade.test import override_settings
from enfilade.urls import path


def echo(request):
    """What arrived, as JSON."""
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path,
            "scheme": request.scheme,
            "host": request.get_host(),
            "query": dict(request.GET.lists()),
            "headers": dict(request.headers.items()),
            "cookies": request.COOKIES,
            "remote": request.META["REMOTE_ADDR"],
            "body": request.body.decode("latin-1"),
        }
    )


def form(request):
    files = {
        name: [file.name, file.content_type, file.read().decode()]
        for name, file in request.FILES.items()
    }
    return JsonResponse({"fields": dict(request.POST.lists()), "files": files})


def template(request):
    return TemplateResponse(request, "poem.html", {"title": "Ode"})


def two_templates(request):
    from enfilade.template import render_to_string

    text = render_to_string("poem.html", {"title": "Ode", "first": True}, request)
    return TemplateResponse(request, "poem.html", {"title": text})


def set_cookies(request):
    response = HttpResponse("set")
    response.set_cookie("colour", "deep blue")
    response.set_cookie("size", "7")
    return response


def delete_cookie(request):
    response = HttpResponse("deleted")
    response.delete_cookie("colour")
    return response


def boom(request):
    raise LookupError("nothing here")


def stream_async(request, status):
    async def parts():
        yield b"a"
        yield b"b"

    return StreamingHttpResponse(parts(), status=status)


def stop(request):
    raise StopIteration("a generator's word")


def csrf(request):
    """Whether the middleware is to check it."""
    return JsonResponse(not request._dont_enforce_csrf_checks, safe=False)


def stream(request):
    return StreamingHttpResponse(iter([b"a", b"b"]))


def status(request, code):
    return HttpResponse("content", status=code)


def redirect(request, code, target):
    query = request.META["QUERY_STRING"]
    response = HttpResponseRedirect(f"/{target}" + (f"?{query}" if query else ""))
    response.status_code = code
    return response


def elsewhere(request):
    return HttpResponseRedirect("https://www.example.org:8443/echo/?a=1")


def relative(request):
    return HttpResponseRedirect("../echo/")


def growing(request, count):
    return HttpResponseRedirect(f"/growing/{count + 1}/")


async def awaited(request):
    return HttpResponse("awaited")


@pytest.fixture(autouse=True)
def site(tmp_path):
    """The settings of the site."""
    (tmp_path / "poem.html").write_text("[{{ title }}]")
    urlconf = ModuleType("client_site")
    urlconf.urlpatterns = [
        path("echo/", echo, name="echo"),
        path("form/", form),
        path("template/", template),
        path("two-templates/", two_templates),
        path("set/", set_cookies),
        path("delete/", delete_cookie),
        path("boom/", boom),
        path("stop/", stop),
        path("stream-async/<int:status>/", stream_async),
        path("csrf/", csrf),
        path("stream/", stream),
        path("status/<int:code>/", status),
        path("redirect/<int:code>/<path:target>", redirect),
        path("elsewhere/", elsewhere),
        path("relative/", relative),
        path("there/", lambda request: HttpResponseRedirect("/back/")),
        path("back/", lambda request: HttpResponseRedirect("/there/")),
        path("growing/<int:count>/", growing),
        path("awaited/", awaited),
    ]
    with override_settings(
        ROOT_URLCONF=urlconf,
        TEMPLATES=[{"DIRS": [tmp_path]}],
        ALLOWED_HOSTS=["testserver", ".example.org"],
    ):
        yield
