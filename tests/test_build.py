"""The choice between the compiled parts and the plain ones."""

import os
import subprocess
import sys

import pytest

from enfilade import build

PROGRAM = """
from enfilade import build
from enfilade.gateway.chosen import build_environ
from enfilade.protocol.chosen import ChunkedDecoder, parse_request_head, prepare_head
print(build.describe_build())
for part in (build_environ, ChunkedDecoder, parse_request_head, prepare_head):
    print(part.__module__)
"""


def ask(**environ: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()


def test_the_environment_forces_the_plain_build() -> None:
    assert ask(ENFILADE_PLAIN="1") == [
        "plain build (ENFILADE_PLAIN=1)",
        "enfilade.gateway.environ",
        "enfilade.protocol.chunked",
        "enfilade.protocol.head",
        "enfilade.protocol.response_head",
    ]


@pytest.mark.parametrize("value", ["", "0"])
def test_the_compiled_build_is_taken_where_it_is_there(value: str) -> None:
    if not all(map(build.is_compiled, build.PARTS)):
        if "ENFILADE_REQUIRE_SERVICES" in os.environ:
            pytest.fail("nothing has been compiled: scripts/compile says why")
        pytest.skip("the compiled parts are not installed")
    assert ask(ENFILADE_PLAIN=value) == [
        "compiled build",
        "enfilade.gateway._environ",
        "enfilade.protocol._chunked",
        "enfilade.protocol._head",
        "enfilade.protocol._response",
    ]


ROOMS = ["cache", "conf", "contrib", "database", "dispatch", "handlers", "http", "logs"]
ROOMS += ["middleware", "signing", "template", "trace", "translation", "urls", "views"]
IMPORTS = """
import sys
from importlib import import_module
from pkgutil import walk_packages
from enfilade.build import PARTS
from enfilade.test import AsyncClient, Client, RequestFactory
for room in sys.argv[1:]:
    package = import_module(f"enfilade.{room}")
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        if module.name != "enfilade.database.migration.env":  # for Alembic to import
            import_module(module.name)
compiled = {f"enfilade.{part}".replace("/", ".") for part in (*PARTS, "server/engine/_engine")}
print(sorted(compiled & sys.modules.keys()))
"""


def test_the_framework_half_is_the_same_in_either_build() -> None:
    """So tests that drive handlers in their own process need no second run: ``scripts/test``."""
    argv = [sys.executable, "-c", IMPORTS, *ROOMS]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_part_that_was_never_compiled_is_not_there() -> None:
    assert not build.is_compiled("protocol/policy")
