"""A thread that computes without end beside the server, as a job in the background does."""

import functools
import threading

from hello import application as hello


@functools.cache
def begin():
    """Start it with the first request, so that it is in the process that serves."""
    threading.Thread(target=spin, daemon=True).start()


def spin():
    while True:
        sum(number * number for number in range(1000))


def application(environ, start_response):
    begin()
    return hello(environ, start_response)
