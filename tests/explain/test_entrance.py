"""Steps 1 to 3: what the server does with a request, by the options of ``enfilade run``."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from enfilade.explain import explain_request
from enfilade.explain.admission import admit
from enfilade.explain.entrance import Entrance, Reception
from enfilade.explain.line import Draft
from enfilade.http import HttpResponse
from enfilade.server.configuration import configure
from enfilade.urls import path


def receive(method: str, target: str, *fields: tuple[str, str], **more: Any) -> Entrance:
    interface = more.pop("interface", "wsgi")
    body = more.pop("body", b"")
    reception = Reception(configure(more, {}), lambda *_: None, interface)
    return reception.receive(Draft(method, target, fields, body))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "site.css").write_text("body {}")
    (tmp_path / "css" / "site.css.gz").write_bytes(gzip.compress(b"body {}"))
    (tmp_path / "index.html").write_text("front")
    return tmp_path


# Limits --------------------------------------------------------------------------------------


def test_a_request_is_held_against_the_limits() -> None:
    entrance = receive("POST", "/a?b=c", ("X-Word", "door"), body=b"four")
    sizes = {size.limit: (size.has, size.most) for size in entrance.sizes}
    assert sizes["limit-line"] == (len("POST /a?b=c HTTP/1.1"), 8192)
    assert sizes["limit-fields"] == (3, 100)  # Host, X-Word and Content-Length
    assert sizes["limit-body"] == (4, 1024**3)
    assert entrance.answer is None


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"limit_line": "20"}, 414),
        ({"limit_field": "20"}, 431),
        ({"limit_fields": "1"}, 431),
        ({"limit_body": "3"}, 413),
    ],
)
def test_what_is_beyond_a_limit_is_refused_by_the_server(options, status) -> None:
    entrance = receive("POST", "/a/long/path/", ("X-W", "a" * 30), body=b"four", **options)
    assert entrance.answer is not None
    assert (entrance.answer.status, entrance.answer.by) == (status, "the server")


def test_asgi_applications_have_the_same_limits_and_fewer_options() -> None:
    entrance = receive("GET", "/a/long/path/", interface="asgi", limit_line="10")
    assert entrance.answer is not None
    assert entrance.answer.status == 414
    assert entrance.option("threads") is None
    assert entrance.option("keep-alive") is not None


# Where a value comes from --------------------------------------------------------------------


def test_every_option_names_its_source(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text('workers = 3\n\n[dev]\nthreads = 1\n[run]\n"threads" = 5\n')
    configuration = configure(
        {"limit_line": "100"}, {"ENFILADE_BACKLOG": "7"}, file=str(file), command="run"
    )
    entrance = Reception(configuration, lambda *_: None, "wsgi").receive(Draft("GET", "/"))
    sources = {option.name: option.source for option in entrance.options}
    assert (sources["workers"].file, sources["workers"].line) == (str(file), 1)
    assert (sources["threads"].file, sources["threads"].line) == (str(file), 6)
    assert sources["limit-line"].name == "--limit-line"
    assert sources["backlog"].name == "ENFILADE_BACKLOG"
    default = sources["keep-alive"]
    assert default.name == "default"
    lines = Path(default.file or "").read_text().splitlines()
    assert lines[(default.line or 0) - 1].strip().startswith("keep_alive:")


# Files ---------------------------------------------------------------------------------------


def test_a_file_is_sent_in_the_coding_that_the_client_likes(folder: Path) -> None:
    mount = (f"/static={folder}",)
    plain = receive("GET", "/static/css/site.css", static=mount)
    assert plain.file is not None
    assert plain.file.path == str(folder / "css" / "site.css")
    assert (plain.file.coding, plain.file.prefix, plain.file.instead) == ("", "/static/", False)
    packed = receive("GET", "/static/css/site.css", ("Accept-Encoding", "gzip"), static=mount)
    assert packed.file is not None
    assert packed.file.path.endswith("site.css.gz")
    assert packed.file.coding == "gzip"
    assert packed.answer is not None
    assert packed.answer.status == 200


def test_a_path_without_a_file_goes_on_to_the_application_or_not(folder: Path) -> None:
    mount = (f"/static={folder}",)
    left = receive("GET", "/static/nothing", static=mount)
    assert left.answer is None
    assert left.no_file.startswith("below /static/, but there is no file")
    assert receive("GET", "/", static=mount).no_file == "no file: the path is not below /static/"
    kept = receive("GET", "/static/nothing", static=mount, static_missing="404")
    assert kept.answer is not None
    assert kept.answer.status == 404


def test_a_fallback_is_told_as_one(folder: Path) -> None:
    options = {"static": (f"/app={folder}",), "static_try": ("/app=/app/index.html",)}
    entrance = receive("GET", "/app/some/page", **options)
    assert entrance.file is not None
    assert entrance.file.instead
    assert entrance.file.path == str(folder / "index.html")


def test_a_condition_of_the_client_is_heeded(folder: Path) -> None:
    fields = ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")
    entrance = receive("GET", "/static/index.html", fields, static=(f"/static={folder}",))
    assert entrance.answer is not None
    assert entrance.answer.status in (200, 304)
    assert entrance.file is not None


def test_a_folder_that_is_not_there_keeps_the_server_from_starting() -> None:
    entrance = receive("GET", "/", static=("/static=/no/such/folder",))
    assert "there is no folder /no/such/folder" in entrance.trouble


def test_the_health_check_answers_first() -> None:
    entrance = receive("GET", "/livez", health="on")
    assert entrance.answer is not None
    assert (entrance.answer.status, entrance.answer.by) == (200, "the health check")
    assert receive("GET", "/livez").answer is None


# Proxies -------------------------------------------------------------------------------------


def test_the_word_of_a_proxy_counts_where_it_is_trusted() -> None:
    draft = Draft("GET", "/a b/?c=d", [("X-Forwarded-Proto", "https"), ("X-Word", "door")])
    trusting = Reception(configure({}, {}), lambda *_: None, "wsgi")
    assert trusting.introduce(draft).target.startswith("https://")
    assert trusting.introduce(draft).target.endswith("/a%20b/?c=d")
    assert trusting.receive(draft).believed == ("x-forwarded-proto",)
    careful = Reception(configure({"trusted_proxies": ("none",)}, {}), lambda *_: None, "wsgi")
    assert careful.introduce(draft).target.startswith("http://")
    assert [name for name, _ in careful.introduce(draft).fields] == ["X-Word"]
    assert careful.receive(draft).withheld == ("x-forwarded-proto",)


# In the plan ---------------------------------------------------------------------------------


def admitted(handler: Any, target: str, **options: Any) -> Any:
    reception = Reception(configure(options, {}), handler, "wsgi")
    return admit(explain_request(handler, "GET", target), reception.receive(Draft("GET", target)))


def test_every_node_of_the_server_has_its_step_and_place(site: Any) -> None:
    handler = site(path("", lambda request: HttpResponse()))
    nodes = admitted(handler, "/").to_dict()["nodes"]
    assert [node["step"] for node in nodes] == sorted(node["step"] for node in nodes)
    assert {node["step"] for node in nodes} == {1, 2, 3, 4, 5, 7, 9, 10, 12, 13}
    server = [node for node in nodes if node["step"] in (1, 2, 3, 12, 13)]
    assert all(node["file"] and node["line"] for node in server)
    (workers,) = (node for node in nodes if node.get("option") == "workers")
    assert (workers["node"], workers["from"]) == ("workers 1", "default")


def test_a_file_ends_the_walk_at_the_door(site: Any, folder: Path) -> None:
    handler = site(path("", lambda request: HttpResponse()), MIDDLEWARE=[])
    plan = admitted(handler, "/static/index.html", static=(f"/static={folder}",))
    assert plan.facts.ends_at_the_door
    assert [room.number for room in plan.rooms if room.entered] == [1, 2, 12, 13]
    nodes = plan.to_dict()["nodes"]
    assert {node["step"] for node in nodes} == {1, 2, 12, 13}
    assert str(folder / "index.html") in [node["file"] for node in nodes]
