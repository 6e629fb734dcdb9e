"""What is logged where when a site says nothing about it."""

import logging
from collections.abc import Callable
from importlib import import_module
from logging.config import dictConfig
from typing import Any

QUIET = "python_multipart"
"""Logs every byte it takes at DEBUG and each malformed form at WARNING; the form is answered."""


def default_logging(debug: bool = False) -> dict[str, Any]:
    """A configuration for :func:`logging.config.dictConfig`: warnings and errors to standard
    error, a line each. With *debug*, information too, and the request of every record."""
    level = "INFO" if debug else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": "enfilade.logs.RequestContextFilter"}},
        "formatters": {
            "line": {
                "()": "enfilade.logs.LineFormatter",
                "datefmt": "%H:%M:%S" if debug else "%Y-%m-%d %H:%M:%S",
            }
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request"] if debug else [],
            }
        },
        "loggers": {
            "enfilade": {"level": "DEBUG" if debug else "NOTSET"},
            "uvicorn": {"level": "WARNING"},  # what it does when it starts, our server says
        },
        "root": {"level": level, "handlers": ["stderr"]},
    }


def apply_logging(configurator: Any, configuration: dict[str, Any], debug: bool) -> None:
    """Put *configuration* in force, or the default if it is empty.

    *configurator* is ``settings.LOGGING_CONFIG``: a callable or its import path, ``None`` to
    leave logging alone. The default keeps away where somebody has configured logging already:
    a program that the site is a part of, or the settings module.
    """
    if configurator is None:
        return
    quiet = logging.getLogger(QUIET)
    if quiet.level == logging.NOTSET:
        quiet.setLevel(logging.ERROR)
    if configuration:
        _resolve(configurator)(configuration)
    elif not logging.root.handlers:
        dictConfig(default_logging(debug))


def _resolve(configurator: Any) -> Callable[[dict[str, Any]], object]:
    if not callable(configurator):
        module, _, name = str(configurator).rpartition(".")
        configurator = getattr(import_module(module), name)
    call: Callable[[dict[str, Any]], object] = configurator
    return call
