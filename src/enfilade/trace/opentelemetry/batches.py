"""Sends spans in batches by OTLP over HTTP, on a thread of OpenTelemetry's."""

from threading import Thread
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from enfilade.trace.entry import Entry
from enfilade.trace.opentelemetry.spans import spans_of

PATIENCE: Final = 2.0
"""Seconds that a collector has to take what is waiting when all is closed."""


class BatchExporter:
    """Sends to where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says, with the resource that
    ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` describe."""

    def __init__(self) -> None:
        self._resource = Resource.create()
        self._processor = BatchSpanProcessor(OTLPSpanExporter())

    def export(self, entry: Entry) -> None:
        """Take *entry* to be sent."""
        for span in spans_of(entry, self._resource):
            self._processor.on_end(span)

    def close(self) -> None:
        """Send what is waiting; a collector that does not answer is not waited for long."""
        closing = Thread(target=self._processor.shutdown, name="opentelemetry", daemon=True)
        closing.start()
        closing.join(PATIENCE)
