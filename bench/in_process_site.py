"""The site of ``in_process.py``, for one framework; prints microseconds a request as JSON."""

import importlib
import io
import json
import sys
import timeit

THREE = (
    "security.SecurityMiddleware",
    "common.CommonMiddleware",
    "clickjacking.XFrameOptionsMiddleware",
)


def article(request, year, slug):
    return JsonResponse({"year": year, "slug": slug})


framework, middleware, requests = sys.argv[1], sys.argv[2], int(sys.argv[3])
JsonResponse = importlib.import_module(f"{framework}.http").JsonResponse
path = importlib.import_module(f"{framework}.urls").path
urlpatterns = [
    path("about/", article),
    path("archive/<int:year>/", article),
    path("<int:year>/<slug:slug>/", article),
]
chain = [f"{framework}.middleware.{name}" for name in THREE] if middleware == "three" else []
settings = importlib.import_module(f"{framework}.conf").settings
settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=chain, ALLOWED_HOSTS=["example.org"])
if framework == "django":
    import django
    from django.core.wsgi import get_wsgi_application

    django.setup()
else:
    from enfilade import get_wsgi_application

application = get_wsgi_application()
ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/2026/some-article/",
    "QUERY_STRING": "",
    "SERVER_NAME": "example.org",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "example.org",
    "HTTP_USER_AGENT": "bench",
    "HTTP_ACCEPT": "*/*",
    "wsgi.url_scheme": "http",
    "wsgi.input": io.BytesIO(),
}
started = []


def start_response(status, headers, exc_info=None):
    started[:] = [status, headers]


def one_request():
    response = application(dict(ENVIRON), start_response)
    body = b"".join(response)
    response.close()
    return body


body = one_request()
status, headers = started
response = [status, sorted(headers), body.decode()]
timeit.timeit(one_request, number=requests // 10)
seconds = min(timeit.repeat(one_request, number=requests, repeat=3))
print(json.dumps({"response": response, "microseconds": seconds / requests * 1e6}))
