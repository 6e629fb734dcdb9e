"""Signals: one part of a site tells others that something happened, knowing none of them.

Django's ``django.dispatch``; the signals of the walk are those of ``django.core.signals``.
"""

from enfilade.dispatch.signal import Signal, receiver

request_started = Signal()
"""A request enters the framework; ``environ=`` under WSGI, ``scope=`` under ASGI."""

request_finished = Signal()
"""The response has been sent and closed."""

got_request_exception = Signal()
"""A request failed with an exception that nothing handled; ``request=``."""

setting_changed = Signal()
"""A test overrides or restores a setting; ``setting=``, ``value=``, ``enter=``."""

__all__ = [
    "Signal",
    "got_request_exception",
    "receiver",
    "request_finished",
    "request_started",
    "setting_changed",
]
