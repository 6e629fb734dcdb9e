"""One request of twenty waits for 10 ms, as for a database."""

import itertools
import time

from hello import application as hello

requests = itertools.count(1)


def application(environ, start_response):
    if next(requests) % 20 == 0:
        time.sleep(0.01)
    return hello(environ, start_response)
