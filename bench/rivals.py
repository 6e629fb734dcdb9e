"""How each server is installed and started: one process, no access log, its best known setting."""

from pathlib import Path

from bench.contest import Place, Server

ROOT = Path(__file__).parents[1]
DJANGO = "Django==5.2.*"

REQUIREMENTS = {
    "enfilade": (f"{ROOT}[auth]", "uvicorn[standard]"),
    "gunicorn": ("gunicorn", DJANGO),
    "granian": ("granian[uvloop]", DJANGO),
    "bjoern": ("bjoern", DJANGO, "falcon"),
    "fastwsgi": ("fastwsgi", "setuptools<81", DJANGO),  # it imports pkg_resources
    "uvicorn": ("uvicorn[standard]", DJANGO, "starlette"),
}
"""What ``pip install`` is given for each environment: Enfilade is built as for its users."""

SHOWN = {
    "enfilade": ("uvicorn", "uvloop", "h11"),
    "gunicorn": ("gunicorn", "Django"),
    "granian": ("granian",),
    "bjoern": ("bjoern", "falcon"),
    "fastwsgi": ("fastwsgi",),
    "uvicorn": ("uvicorn", "uvloop", "httptools", "starlette"),
}
"""The distributions of each environment whose versions the results name."""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 19000; }}
http {{
    types {{ application/octet-stream bin; }}
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=1000 inactive=60s;
    open_file_cache_valid 60s;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location = / {{ default_type text/plain; return 200 "hello"; }}
        location /static/ {{ alias {static}/; }}
    }}
}}
"""


def _enfilade(place: Place) -> list[str]:
    command = [place.program("python"), "-m", "enfilade", "run", place.application]
    command += ["--bind", f"127.0.0.1:{place.port}", "--access-log", "off"]
    return [*command, "--threads", str(place.threads), *place.more]


def _gunicorn(place: Place) -> list[str]:
    command = [place.program("gunicorn"), place.application, "--bind", f"127.0.0.1:{place.port}"]
    command += ["--worker-class", "gthread", "--threads", str(place.threads), "--workers", "1"]
    command += ["--keep-alive", "75", "--worker-tmp-dir", "/dev/shm", "--log-level", "critical"]
    return [*command, *place.more]


def _granian(place: Place, interface: str) -> list[str]:
    command = [place.program("granian"), place.application, "--host", "127.0.0.1"]
    command += ["--port", str(place.port), "--interface", interface, "--workers", "1"]
    command += ["--runtime-threads", "1", "--http", "1", "--no-ws", "--backlog", "2048"]
    return [*command, "--no-access-log", "--log-level", "critical", *place.more]


def _granian_wsgi(place: Place) -> list[str]:
    return [*_granian(place, "wsgi"), "--blocking-threads", str(place.threads)]


def _granian_asgi(place: Place) -> list[str]:
    return [*_granian(place, "asginl"), "--loop", "uvloop"]


def _bjoern(place: Place) -> list[str]:
    return [place.program("python"), "-m", "serve_bjoern", place.application, str(place.port)]


def _fastwsgi(place: Place) -> list[str]:
    command = [place.program("fastwsgi"), place.application, "--host", "127.0.0.1"]
    return [*command, "--port", str(place.port), "--loglevel", "0"]


def _uvicorn(place: Place) -> list[str]:
    command = [place.program("uvicorn"), place.application, "--host", "127.0.0.1"]
    command += ["--port", str(place.port), "--loop", "uvloop", "--http", "httptools"]
    command += ["--lifespan", "off", "--backlog", "2048"]
    return [*command, "--no-access-log", "--log-level", "critical", *place.more]


def _nginx(place: Place) -> list[str]:
    static = place.more[0] if place.more else place.folder
    configuration = NGINX.format(folder=place.folder, port=place.port, static=static)
    file = place.folder / "nginx.conf"
    file.write_text(configuration)
    # Started by root it would serve as an account that cannot read the folder.
    account = ["-g", "user root;"] if file.owner() == "root" else []
    return ["nginx", "-p", str(place.folder), "-c", str(file), *account]


ENFILADE = Server("Enfilade", _enfilade, "enfilade")
GUNICORN = Server("Gunicorn", _gunicorn, "gunicorn")
GRANIAN = Server("Granian", _granian_wsgi, "granian")
GRANIAN_ASGI = Server("Granian", _granian_asgi, "granian")
BJOERN = Server("bjoern", _bjoern, "bjoern")
FASTWSGI = Server("FastWSGI", _fastwsgi, "fastwsgi")
UVICORN = Server("uvicorn", _uvicorn, "uvicorn")
NGINX_SERVER = Server("nginx", _nginx)
