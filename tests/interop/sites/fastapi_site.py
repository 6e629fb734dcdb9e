"""An unchanged FastAPI application."""

from typing import Annotated

from fastapi import FastAPI, File, Form, Request, Response, UploadFile
from fastapi.responses import PlainTextResponse, StreamingResponse

application = FastAPI()


@application.api_route("/", methods=["GET", "HEAD"], response_class=PlainTextResponse)
async def index(request: Request, response: Response):
    visits = int(request.cookies.get("visits", 0)) + 1
    response.set_cookie("visits", str(visits))
    response.set_cookie("theme", "dark", httponly=True)
    return f"fastapi, visit {visits}"


@application.api_route("/echo/{rest:path}", methods=["GET", "POST", "PUT"])
async def echo(request: Request):
    kind = request.headers.get("Content-Type", "")
    form = dict(await request.form())
    return {
        "method": request.method,
        "path": request.scope["path"],
        "query": dict(request.query_params),
        "form": form,
        "json": await request.json() if kind == "application/json" else None,
        "body": "" if form else (await request.body()).decode(),
        "header": request.headers.get("X-Room", ""),
    }


@application.post("/upload/", response_class=PlainTextResponse)
def upload(picture: Annotated[UploadFile, File()], title: Annotated[str, Form()]):
    return f"{picture.filename} {len(picture.file.read())} {title}"


@application.get("/stream/")
def stream():
    lines = (f"line {number}\n" for number in range(1000))
    return StreamingResponse(lines, media_type="text/plain")


@application.get("/fail/")
async def fail():
    raise RuntimeError("on purpose")
