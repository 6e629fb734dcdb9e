"""An unchanged Flask application."""

from flask import Flask, Response, jsonify, request, session

application = Flask(__name__)
application.secret_key = "a key for this test site only"


@application.get("/")
def index():
    session["visits"] = session.get("visits", 0) + 1
    return f"flask {session['visits']}"


@application.route("/echo/<path:rest>", methods=["GET", "POST", "PUT"])
def echo(rest):
    return jsonify(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        form=request.form.to_dict(),
        body=request.get_data(as_text=True) if not request.form else "",
        header=request.headers.get("X-Room", ""),
    )


@application.post("/upload/")
def upload():
    file = request.files["picture"]
    return f"{file.filename} {len(file.read())}"


@application.get("/stream/")
def stream():
    return Response((f"line {number}\n" for number in range(1000)), mimetype="text/plain")


@application.get("/fail/")
def fail():
    raise RuntimeError("on purpose")
