"""An unchanged Pyramid application; errors of its views are the server's to answer."""

from pyramid.config import Configurator
from pyramid.response import Response


def index(request):
    visits = int(request.cookies.get("visits", 0)) + 1
    response = Response(f"pyramid, visit {visits}")
    response.set_cookie("visits", str(visits))
    response.set_cookie("theme", "dark", httponly=True)
    return response


def echo(request):
    form = dict(request.POST)
    return {
        "method": request.method,
        "path": request.path_info,
        "query": dict(request.GET),
        "form": form,
        "json": request.json if request.content_type == "application/json" else None,
        "body": "" if form else request.text,
        "header": request.headers.get("X-Room", ""),
    }


def upload(request):
    file = request.POST["picture"]
    return Response(f"{file.filename} {len(file.file.read())} {request.POST['title']}")


def stream(request):
    lines = (f"line {number}\n".encode() for number in range(1000))
    return Response(app_iter=lines, content_type="text/plain")


def fail(request):
    raise RuntimeError("on purpose")


PAGES = {"/": index, "/upload/": upload, "/stream/": stream, "/fail/": fail}

with Configurator() as config:
    for pattern, view in PAGES.items():
        config.add_route(pattern, pattern)
        config.add_view(view, route_name=pattern)
    config.add_route("echo", "/echo/{rest:.*}")
    config.add_view(echo, route_name="echo", renderer="json")
    application = config.make_wsgi_app()
