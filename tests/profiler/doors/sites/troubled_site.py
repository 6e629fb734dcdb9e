"""A site with views that hang its worker, kill it, or take their time."""

import os
import re
import signal
import time

from enfilade import Application, HttpResponse, path


def front(request):
    return HttpResponse(str(os.getpid()))


def slow(request):
    time.sleep(1)
    return HttpResponse("at last")


def hang(request):
    re.match(r"(a+)+$", "a" * 40 + "b")  # holds the interpreter's lock for years


def die(request):
    os.kill(os.getpid(), signal.SIGKILL)


def variables(request):
    return HttpResponse(" ".join(os.environ))


application = Application(
    [
        path("", front),
        path("slow/", slow),
        path("hang/", hang),
        path("die/", die),
        path("variables/", variables),
    ],
    SECRET_KEY="a key for this test site only",
    ALLOWED_HOSTS=["*"],
)
