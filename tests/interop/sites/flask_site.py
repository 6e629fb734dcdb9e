"""An unchanged Flask application."""

from flask import Flask, Response, jsonify, request

application = Flask(__name__)


@application.get("/")
def index():
    visits = int(request.cookies.get("visits", 0)) + 1
    response = Response(f"flask, visit {visits}")
    response.set_cookie("visits", str(visits))
    response.set_cookie("theme", "dark", httponly=True)
    return response


@application.route("/echo/<path:rest>", methods=["GET", "POST", "PUT"])
def echo(rest):
    return jsonify(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        form=request.form.to_dict(),
        json=request.get_json(silent=True),
        body=request.get_data(as_text=True) if not request.form else "",
        header=request.headers.get("X-Room", ""),
    )


@application.post("/upload/")
def upload():
    file = request.files["picture"]
    return f"{file.filename} {len(file.read())} {request.form['title']}"


@application.get("/stream/")
def stream():
    return Response((f"line {number}\n" for number in range(1000)), mimetype="text/plain")


@application.get("/fail/")
def fail():
    raise RuntimeError("on purpose")
