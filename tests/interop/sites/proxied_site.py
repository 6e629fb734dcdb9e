"""Tells what it has been told of a request; takes uploads and streams answers."""

import hashlib
import json
import time


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return PATHS.get(environ["PATH_INFO"], tell)(environ)


def tell(environ):
    texts = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps(texts).encode()]


def digest(environ):
    body = environ["wsgi.input"]
    sha256, size = hashlib.sha256(), 0
    while block := body.read(1 << 16):
        sha256.update(block)
        size += len(block)
    return [json.dumps([size, sha256.hexdigest()]).encode()]


def stream(environ):
    for number in range(5):
        yield b"%d" % number * 20_000
        time.sleep(0.02)


PATHS = {"/digest": digest, "/stream": stream}
