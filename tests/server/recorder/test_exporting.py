"""What a collector gets of a server's requests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from collecting import Collector, attributes, collecting
from patience import PATIENCE
from running import enfilade_run, surroundings

TOKEN = "a-token-for-this-test"

SITE = """
import json
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

def outgoing():
    fields = {}
    TraceContextTextMapPropagator().inject(fields)
    return json.dumps(fields).encode()

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    yield outgoing()

async def aapplication(scope, receive, send):
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    fields = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": outgoing()})
"""


def ask(url: str, **fields: str) -> tuple[dict[str, str], str | None]:
    """The fields that the site would add to a request of its own, and the span it was told of."""
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    with urlopen(Request(url, headers=names)) as response:
        return json.load(response), response.headers["Enfilade-Trace"]


def serve(collector: Collector, folder: Path, *arguments: str):  # type: ignore[no-untyped-def]
    (folder / "site_with_calls.py").write_text(SITE)
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "gazette"}
    return enfilade_run(
        *arguments, "--workers=1", "--opentelemetry", f"--trace-token={TOKEN}",
        output=folder / "log", cwd=folder, env=told,
    )  # fmt: skip


def test_missing_packages_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "site_with_calls.py").write_text("def application(environ, start_response): ...")
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "opentelemetry.py").write_text("")  # in the place of all packages
    inherited = surroundings()
    found = [str(tmp_path / "without"), inherited.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "enfilade", "run", "site_with_calls:application",
         "--opentelemetry", "--workers=1", "--bind=127.0.0.1:0"],
        cwd=tmp_path, env={**inherited, "PYTHONPATH": os.pathsep.join(filter(None, found))},
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        "Error: Spans are exported by OpenTelemetry's packages, which are not installed.\n"
        'Hint: pip install "enfilade[opentelemetry]", or leave --opentelemetry out.\n'
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plain", "application"), [("", "application"), ("1", "application"), ("", "aapplication")]
)
def test_a_request_is_the_same_trace_for_its_caller_the_site_and_the_collector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: str, application: str
) -> None:
    monkeypatch.setenv("ENFILADE_PLAIN", plain)
    trace_id, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with collecting() as collector:
        with serve(collector, tmp_path, f"site_with_calls:{application}") as server:
            untraced, _ = ask(f"{server.url}/quiet")
            passed_on, span = ask(
                f"{server.url}/rooms/7/?token=secret",
                Enfilade_Trace=TOKEN,
                traceparent=f"00-{trace_id}-{caller}-01",
                tracestate="congo=t61rcWkgMzE",
            )
            after, _ = ask(f"{server.url}/quiet")
        assert untraced == after == {}
        assert passed_on == {
            "traceparent": f"00-{trace_id}-{span}-01", "tracestate": "congo=t61rcWkgMzE",
        }  # fmt: skip
        request = collector.spans["GET"]
        assert request.span_id.hex() == span
        assert (request.trace_id.hex(), request.parent_span_id.hex()) == (trace_id, caller)
        told = attributes(request)
        assert (told["url.path"], told["enfilade.why"]) == ("/rooms/7/", ["asked"])
        assert collector.resource["service.name"] == "gazette"
        assert "secret" not in str(collector.requests)
        assert TOKEN not in str(collector.requests)


@pytest.mark.slow
def test_a_protocol_that_cannot_be_spoken_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "site_with_calls.py").write_text(SITE)
    done = subprocess.run(
        [sys.executable, "-m", "enfilade", "run", "site_with_calls:application",
         "--opentelemetry", "--bind", "127.0.0.1:0"],
        cwd=tmp_path, capture_output=True, text=True, timeout=40,
        env={**surroundings(), "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'" in done.stdout + done.stderr
    assert "Set it to http/protobuf" in done.stdout + done.stderr


@pytest.mark.slow
def test_a_collector_that_is_away_holds_nobody_up(tmp_path: Path) -> None:
    with collecting() as collector:
        address = collector.url
    assert address  # nobody listens there any more
    with serve(collector, tmp_path, "site_with_calls:application") as server:
        _, span = ask(server.url, Enfilade_Trace=TOKEN)
        assert span
    assert server.process.returncode == 0
