"""Other servers' configurations as ours, which has to be accepted by the server."""

import tomllib

import pytest

from commands import enfilade
from enfilade.cli.from_gunicorn import convert_gunicorn
from enfilade.cli.from_uwsgi import convert_uwsgi
from enfilade.server.configuration import configure

GUNICORN = """
import multiprocessing
import os

print("hello from the configuration")
_base = os.path.dirname(os.path.abspath(__file__))
cores = 2
bind = ["0.0.0.0:8080", "unix:/run/site.sock"]
workers = cores * 2 + 1
worker_class = "gthread"
threads = 4
timeout = 45
graceful_timeout = 20
keepalive = 5
max_requests = 1000
max_requests_jitter = 50
limit_request_line = 4094
forwarded_allow_ips = "10.0.0.1, 10.0.0.2"
accesslog = "-"
access_log_format = '%(h)s "%(r)s" %(s)s %(D)s'
errorlog = "/var/log/gunicorn.log"
certfile = "/etc/ssl/site.pem"
keyfile = "/etc/ssl/site.key"
user = "www-data"
pidfile = "/run/site.pid"
preload_app = True
raw_env = ["A=b"]
wsgi_app = "mysite.wsgi:application"

def post_fork(server, worker):
    pass
"""

UWSGI = """
[uwsgi]
; a comment
module = mysite.wsgi:application
socket = /run/site.sock
http-socket = :8080
processes = 4
threads = 2
harakiri = 30
max-requests = 5000
reload-on-rss = 512
buffer-size = 32768
chmod-socket = 660
static-map = /static=/srv/static
disable-logging = true
vacuum = true
master = true
touch-reload = /srv/reload
pidfile = /run/%n.pid
[other]
processes = 99
"""


def migrate(folder, file, *arguments):
    return enfilade("migrate-config", *arguments, file, cwd=folder)


def options_of(text, folder):
    """What the server makes of the file *text*."""
    (folder / "made.toml").write_text(text)
    return configure({}, {}, file=str(folder / "made.toml")).options


def test_a_gunicorn_configuration_becomes_ours(tmp_path):
    (tmp_path / "gunicorn.conf.py").write_text(GUNICORN)
    done = migrate(tmp_path, "gunicorn.conf.py")
    assert done.returncode == 0, done.stderr
    options = options_of(done.stdout, tmp_path)
    assert options.application == "mysite.wsgi:application"
    assert options.bind == ("0.0.0.0:8080", "unix:/run/site.sock")
    assert (options.workers, options.threads) == (5, 4)
    assert (options.application_timeout, options.grace, options.keep_alive) == (45, 20, 5)
    assert (options.max_requests, options.max_requests_jitter) == (1000, 50)
    assert options.trusted_proxies == ("10.0.0.1", "10.0.0.2", "unix")
    assert options.certificate == ("/etc/ssl/site.pem",)
    assert (options.access_log, options.user, options.pid_file) == (
        "-",
        "www-data",
        "/run/site.pid",
    )
    assert "# preload_app: each worker loads the application itself" in done.stdout
    assert "# post_fork: a hook" in done.stdout
    assert "2>> FILE" in done.stdout
    assert "cores" not in done.stdout


def test_gunicorn_s_defaults_are_kept_where_ours_are_others():
    settings = convert_gunicorn({"workers": 2}).settings
    assert settings == {"workers": 2, "threads": 1, "access-log": "off"}


@pytest.mark.parametrize(
    ("bind", "ours"),
    [
        (":8000", ["0.0.0.0:8000"]),
        ("127.0.0.1", ["127.0.0.1:8000"]),
        ("[::1]:8001", ["[::1]:8001"]),
        ("unix:///run/a.sock, fd://3", ["unix:/run/a.sock", "fd://3"]),
    ],
)
def test_addresses(bind, ours):
    assert convert_gunicorn({"bind": bind}).settings["bind"] == ours


def test_an_asgi_worker_of_gunicorn_means_the_interface():
    settings = convert_gunicorn({"worker_class": "uvicorn.workers.UvicornWorker"}).settings
    assert settings["interface"] == "asgi"


@pytest.mark.parametrize("atom", ["%({x-request-id}o)s", "%({wsgi.url_scheme}e)s", "%(z)s"])
def test_an_access_format_that_the_log_would_refuse_becomes_a_comment_with_the_reason(
    atom, tmp_path
):
    text = convert_gunicorn({"access_log_format": f"%(h)s {atom}"}).as_toml("a file")
    assert options_of(text, tmp_path).access_log_format == ""
    assert f"# access_log_format = '%(h)s {atom}': {atom} in the access log's format" in text


@pytest.mark.parametrize(
    ("allowed", "bind", "ours"),
    [
        ("10.0.0.1", "unix:/run/a.sock", ["10.0.0.1", "unix"]),
        ("10.0.0.1", ["127.0.0.1:80", "fd://3"], ["10.0.0.1", "unix"]),
        ("", "unix:/run/a.sock", ["unix"]),
        ("*", "unix:/run/a.sock", ["*"]),
        ("10.0.0.1", "127.0.0.1:80", ["10.0.0.1"]),
    ],
)
def test_who_comes_by_a_unix_socket_is_believed_as_gunicorn_does(allowed, bind, ours):
    for names in (
        {"forwarded_allow_ips": allowed, "bind": bind},
        {"bind": bind, "forwarded_allow_ips": allowed},
    ):
        assert convert_gunicorn(names).settings["trusted-proxies"] == ours


@pytest.mark.parametrize(
    "name",
    ["access_log_format", "bind", "cert_reqs", "chdir", "forwarded_allow_ips", "threads"],
)
def test_a_setting_of_gunicorn_that_is_none_is_as_if_it_were_not_there(name):
    assert convert_gunicorn({name: None}) == convert_gunicorn({})


def test_a_broken_configuration_is_told_with_the_reason(tmp_path):
    (tmp_path / "gunicorn.conf.py").write_text("workers = 1 / 0\n")
    done = migrate(tmp_path, "gunicorn.conf.py")
    assert done.returncode == 2
    assert "ZeroDivisionError: division by zero" in done.stderr


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "There is no file missing.py" in migrate(tmp_path, "missing.py").stderr
    assert "Cannot read missing.ini" in migrate(tmp_path, "missing.ini").stderr


def test_an_ini_file_of_uwsgi_becomes_ours(tmp_path):
    (tmp_path / "uwsgi.ini").write_text(UWSGI)
    done = migrate(tmp_path, "uwsgi.ini", "--from", "uwsgi")
    assert done.returncode == 0, done.stderr
    options = options_of(done.stdout, tmp_path)
    assert options.application == "mysite.wsgi:application"
    assert options.bind == ("uwsgi://unix:/run/site.sock", "0.0.0.0:8080")
    assert (options.workers, options.threads, options.application_timeout) == (4, 2, 30)
    assert (options.memory_limit, options.limit_head) == ("512M", 32768)
    assert (options.socket_mode, options.static) == ("660", ("/static=/srv/static",))
    assert options.access_log == "off"
    assert "# touch-reload: enfilade reload" in done.stdout
    assert "# pidfile = /run/%n.pid: write out" in done.stdout
    assert "vacuum" not in done.stdout


def test_a_wsgi_file_and_its_callable_become_the_application():
    pairs = [("wsgi-file", "mysite/wsgi.py"), ("callable", "app"), ("threads", "2")]
    assert convert_uwsgi(pairs).settings == {"application": "mysite.wsgi:app", "threads": 2}


def test_values_cannot_leave_their_place_in_the_file():
    text = convert_gunicorn({"user": 'x"\nworkers = 99 #', "threads": 1}).as_toml("a file")
    assert tomllib.loads(text)["user"] == 'x"\nworkers = 99 #'
    assert "workers" not in tomllib.loads(text)
