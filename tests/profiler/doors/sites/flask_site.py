"""A Flask site."""

from flask import Flask, Response, request

import profiled_pages as pages

application = Flask(__name__)


@application.get("/")
def front():
    return pages.PAGE


@application.get("/data/")
def data():
    return {"news": []}


@application.get("/gzip/")
def zipped():
    return Response(pages.GZIPPED, headers={"Content-Encoding": "gzip"})


@application.get("/stream/")
def stream():
    return Response(iter(pages.PIECES))


@application.get("/strict/")
def strict():
    return pages.PAGE, {"Content-Security-Policy": pages.STRICT}


@application.get("/narrow/")
def narrow():
    return pages.PAGE, {"Content-Security-Policy": pages.NARROW}


@application.get("/same/")
def same():
    response = Response(pages.PAGE)
    response.set_etag("paper-1")
    return response.make_conditional(request)


@application.get("/fail/")
def fail():
    raise RuntimeError("on purpose")
