"""Kept requests as spans for a collector, by the packages of OpenTelemetry.

They are an extra and imported when :func:`open_exporter` is called, in the worker: their threads
must begin after the fork.
"""

from enfilade.trace.opentelemetry.opening import (
    Exporter,
    in_context,
    open_exporter,
    require_packages,
)

__all__ = ["Exporter", "in_context", "open_exporter", "require_packages"]
