"""pytest's way in: which settings to test with, and the fixtures of :mod:`enfilade.test.fixtures`.

pytest imports this in every project of an environment that Enfilade is installed in, so it
imports next to nothing, and leaves the fixtures to other plugins that are there for a site.
"""

import os
from importlib import import_module

import pytest

SETTINGS = "ENFILADE_SETTINGS_MODULE"
FIXTURES = "enfilade.test.fixtures"

OTHERS = ("django", "flask")
"""Plugins that have fixtures of the same names; theirs stay, unless our settings are named."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--enfilade-settings``, and the key of the configuration file."""
    text = f"Test the site of this settings module; overrides {SETTINGS}."
    parser.getgroup("enfilade").addoption("--enfilade-settings", metavar="MODULE", help=text)
    parser.addini(SETTINGS, "The settings module of the site to test.", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Name the settings before any conftest imports the site."""
    named = early_config.known_args_namespace.enfilade_settings
    named = named or os.environ.get(SETTINGS) or early_config.getini(SETTINGS)
    if named:
        environment = pytest.MonkeyPatch()
        environment.setenv(SETTINGS, named)
        early_config.add_cleanup(environment.undo)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Offer the fixtures."""
    plugins = config.pluginmanager
    taken = any(plugins.hasplugin(name) for name in OTHERS)
    if (os.environ.get(SETTINGS) or not taken) and not plugins.hasplugin(FIXTURES):
        plugins.register(import_module(FIXTURES), FIXTURES)
