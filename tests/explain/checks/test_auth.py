"""Mistakes in how users are known and kept, each found and nothing else with it."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from enfilade.contrib.auth.hashers import Argon2PasswordHasher
from enfilade.explain.checks import run_checks

HASHERS = "enfilade.contrib.auth.hashers"
AUTH = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"
CHAIN = [
    "enfilade.middleware.security.SecurityMiddleware",
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
    "enfilade.middleware.common.CommonMiddleware",
    AUTH,
]
FINE = {"MIDDLEWARE": CHAIN, "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789"}


@pytest.fixture
def found(install: Any) -> Any:
    def found(**values: Any) -> list[Any]:
        install(**{**FINE, **values})
        findings = run_checks(deploying=True)
        return [each for each in findings if each.id.startswith(("auth.", "middleware.E"))]

    return found


def test_without_a_mistake_nothing_is_found(found):
    assert found() == []


@pytest.mark.parametrize(
    ("identifier", "name", "value"),
    [
        ("auth.E001", "AUTHENTICATION_BACKENDS", []),
        ("auth.E001", "AUTHENTICATION_BACKENDS", ["no.such.Backend"]),
        ("auth.E002", "PASSWORD_HASHERS", []),
        ("auth.E002", "PASSWORD_HASHERS", ["no.such.Hasher"]),
        ("auth.E002", "PASSWORD_HASHERS", ["lacking.Lacking"]),
        ("auth.E003", "AUTH_USER_STORE", "no.such.Store"),
        ("auth.W004", "PASSWORD_HASHERS", [f"{HASHERS}.MD5PasswordHasher"]),
        ("auth.W004", "PASSWORD_HASHERS", [f"{HASHERS}.PBKDF2SHA1PasswordHasher"]),
    ],
)
def test_a_mistake_is_found(found, monkeypatch, identifier, name, value):
    class Lacking(Argon2PasswordHasher):
        """On a machine without its library."""

        def load(self) -> None:
            with monkeypatch.context() as patch:
                patch.setitem(sys.modules, "argon2", None)
                super().load()

    monkeypatch.setitem(sys.modules, "lacking", SimpleNamespace(Lacking=Lacking))
    (finding,) = found(**{name: value})
    assert (finding.id, finding.where) == (identifier, name)
    assert finding.hint
    if value == ["lacking.Lacking"]:
        assert "enfilade[auth]" in finding.hint


def test_the_session_must_be_there_first(found):
    (finding,) = found(MIDDLEWARE=[CHAIN[0], AUTH, CHAIN[2]])
    assert finding.id == "middleware.E005"
    assert "SessionMiddleware" in finding.message


def test_a_site_without_users_hears_nothing(found):
    assert found(MIDDLEWARE=CHAIN[:1], AUTH_USER_STORE="no.such.Store") == []
