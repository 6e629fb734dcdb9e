"""What an exporter is, and how one comes into being; without the packages, which are an extra."""

import os
from importlib.util import find_spec
from typing import Any, Protocol

from enfilade.exceptions import ImproperlyConfigured
from enfilade.trace.entry import Entry

_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP = "http/protobuf"


class Exporter(Protocol):
    """Takes entries on any thread, and sends them on one of its own."""

    def export(self, entry: Entry) -> None:
        """Take *entry* to be sent; does not wait. Where too many wait already, it is dropped."""

    def close(self) -> None:
        """Send what is waiting, for a few seconds at most, and take nothing any more."""


def require_packages() -> None:
    """Raise :exc:`~enfilade.exceptions.ImproperlyConfigured` if spans cannot be exported here:
    packages are missing, or the environment asks for a protocol other than theirs."""
    if not all(map(_is_there, _PACKAGES)):
        raise ImproperlyConfigured(
            "Spans are exported by OpenTelemetry's packages, which are not installed.",
            hint='pip install "enfilade[opentelemetry]", or leave --opentelemetry out.',
        )
    for name in _PROTOCOLS:
        if os.environ.get(name, _HTTP) != _HTTP:
            raise ImproperlyConfigured(
                f"{name} is {os.environ[name]!r}, and spans are sent by {_HTTP} only.",
                hint=f"Set it to {_HTTP}; most collectors listen for that at port 4318.",
            )


def open_exporter() -> Exporter | None:
    """An exporter as OpenTelemetry's environment variables describe it, ``None`` where those say
    that nothing is exported. Raises what :func:`require_packages` raises."""
    require_packages()
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return None
    from enfilade.trace.opentelemetry.batches import BatchExporter

    return BatchExporter()


def in_context(application: Any, interface: str) -> Any:
    """*application*, for which the span of each request with a trace is OpenTelemetry's current
    one; *interface* is "wsgi" or "asgi". Raises what :func:`require_packages` raises."""
    require_packages()
    from enfilade.trace.opentelemetry.current import current_in_task, current_in_thread

    return current_in_task(application) if interface == "asgi" else current_in_thread(application)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # not even what it is part of
        return False
