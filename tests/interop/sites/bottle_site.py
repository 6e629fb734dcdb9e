"""An unchanged Bottle application."""

from bottle import Bottle, request, response

application = Bottle()


@application.get("/")
def index():
    visits = int(request.get_cookie("visits", 0)) + 1
    response.set_cookie("visits", str(visits))
    response.set_cookie("theme", "dark", httponly=True)
    return f"bottle, visit {visits}"


@application.route("/echo/<rest:path>", method=["GET", "POST", "PUT"])
def echo(rest):
    sent = request.content_type == "application/x-www-form-urlencoded"
    form = dict(request.forms.decode()) if sent else {}
    return {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query.decode()),
        "form": form,
        "json": request.json,
        "body": "" if form else request.body.read().decode(),
        "header": request.get_header("X-Room", ""),
    }


@application.post("/upload/")
def upload():
    file = request.files.picture
    return f"{file.raw_filename} {len(file.file.read())} {request.forms.getunicode('title')}"


@application.get("/stream/")
def stream():
    response.content_type = "text/plain"
    return (f"line {number}\n" for number in range(1000))


@application.get("/fail/")
def fail():
    raise RuntimeError("on purpose")
