"""An unchanged Falcon application."""

import falcon


class Index:
    def on_get(self, request, response):
        visits = int(request.cookies.get("visits", 0)) + 1
        response.text = f"falcon, visit {visits}"
        response.set_cookie("visits", str(visits), secure=False)
        response.set_cookie("theme", "dark", secure=False)

    on_head = on_get


class Echo:
    def on_get(self, request, response, rest):
        kind = (request.content_type or "").partition(";")[0]
        media = request.get_media() if kind in (falcon.MEDIA_URLENCODED, falcon.MEDIA_JSON) else {}
        response.media = {
            "method": request.method,
            "path": request.path,
            "query": request.params,
            "form": media if kind == falcon.MEDIA_URLENCODED else {},
            "json": media if kind == falcon.MEDIA_JSON else None,
            "body": "" if media else request.bounded_stream.read().decode(),
            "header": request.get_header("X-Room", default=""),
        }

    on_put = on_post = on_get


class Upload:
    def on_post(self, request, response):
        parts = {part.name: (part.filename, part.get_data()) for part in request.get_media()}
        name, data = parts["picture"]
        response.text = f"{name} {len(data)} {parts['title'][1].decode()}"


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
application.add_route("/upload/", Upload())
application.add_route("/stream/", Stream())
application.add_route("/fail/", Fail())
