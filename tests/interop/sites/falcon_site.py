"""An unchanged Falcon application."""

import falcon


class Index:
    def on_get(self, request, response):
        response.text = "falcon"


class Echo:
    def on_get(self, request, response, rest):
        body = request.bounded_stream.read().decode()
        response.media = {
            "method": request.method,
            "path": request.path,
            "query": request.params,
            "form": {},
            "body": body,
            "header": request.get_header("X-Room", default=""),
        }

    on_put = on_get


class Stream:
    def on_get(self, request, response):
        response.content_type = "text/plain"
        response.stream = (f"line {number}\n".encode() for number in range(1000))


class Fail:
    def on_get(self, request, response):
        raise RuntimeError("on purpose")


application = falcon.App()
application.add_route("/", Index())
application.add_route("/echo/{rest:path}", Echo())
application.add_route("/stream/", Stream())
application.add_route("/fail/", Fail())
