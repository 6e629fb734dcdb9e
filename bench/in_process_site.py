"""The site of ``in_process.py`` for one framework and one kind of work.

Prints as JSON what the framework answers, and how many microseconds that takes.
"""

import importlib
import io
import json
import sys
import time
import timeit

from sites.newspaper import configure, routes

BATCH = 0.005  # seconds: short enough that many run undisturbed

framework, work, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
urls = importlib.import_module(f"{framework}.urls")


def request(path):
    """A request for *path*, and what becomes of it."""
    application = get_application()
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
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
        response = application(dict(environ), start_response)
        body = b"".join(response)
        close = getattr(response, "close", None)  # PEP 3333: if there is one, it is called
        if close is not None:
            close()
        return body

    body = one_request().decode()
    status, headers = started
    if status != "200 OK":
        sys.exit(f"{framework} answers {status}: {body}")
    return one_request, [status, sorted(headers), body]


def call(function, *args, **kwargs):
    """A call, and what it returns; of a match what tells it from others."""

    def one_call():
        return function(*args, **kwargs)

    answer = one_call()
    if function is urls.resolve:
        answer = [answer.func.__name__, answer.args, answer.kwargs, answer.route]
    return one_call, answer


def get_application():
    if framework == "enfilade":
        return importlib.import_module("enfilade").get_wsgi_application()
    return importlib.import_module("django.core.wsgi").get_wsgi_application()


def microseconds(one):
    """The shortest batch of as many as fit into the time, after one to warm up."""
    timer = timeit.Timer(one)
    number = max(1, int(BATCH / max(timer.timeit(1), 1e-7)))
    number = max(1, int(number * BATCH / timer.timeit(number)))
    end = time.perf_counter() + seconds
    best = timer.timeit(number)
    while time.perf_counter() < end:
        best = min(best, timer.timeit(number))
    return best / number * 1e6


WORK = {
    "hello": lambda: request("/hello/"),
    "article": lambda: request("/2026/some-article/"),
    "hello-seven": lambda: request("/hello/"),
    "article-three": lambda: request("/2026/some-article/"),
    "article-seven": lambda: request("/2026/some-article/"),
    "reverse": lambda: call(urls.reverse, "hello"),
    "reverse-args": lambda: call(urls.reverse, "article", args=(2026, "some-article")),
    "reverse-kwargs": lambda: call(
        urls.reverse, "article", kwargs={"year": 2026, "slug": "some-article"}
    ),
    "resolve-10": lambda: call(urls.resolve, "/2026/some-article/"),
    "resolve-10000": lambda: call(urls.resolve, "/2026/some-article/"),
}

urlpatterns = routes(framework, int(work.partition("resolve-")[2] or 3))
configure(framework, __name__, work.rpartition("-")[2])
one, answer = WORK[work]()
print(json.dumps({"answer": answer, "microseconds": microseconds(one)}))
