"""Says how many bytes were uploaded."""

from hello import application as hello


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        return hello(environ, start_response)
    received = 0
    while piece := environ["wsgi.input"].read(65536):
        received += len(piece)
    body = str(received).encode("ascii")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
