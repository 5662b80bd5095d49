"""Traces for OpenTelemetry: a span for each request, in the trace that its client names by the header `traceparent`.

The packages are imported where tracing is asked for, and nowhere else. A span has no path, no header and no key.
"""

import threading
from typing import TYPE_CHECKING, Final

from ... import __version__
from ..request.context import RequestContext

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

SERVICE: Final = "sequences-sandbox"
_TRACEPARENT: Final = b"traceparent"
_LONGEST: Final = 256
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLOSE_SECONDS: Final = 2.0
"""How long the end of the process waits for a collector that is slow or away."""


class TracingError(Exception):
    """Tracing is not possible; one sentence that says how to fix it."""


class Tracing:
    """Begins and ends the spans of requests."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode, format_span_id, format_trace_id  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._provider: Final = provider
        self._tracer: Final = provider.get_tracer(SERVICE, __version__)
        self._server: Final = SpanKind.SERVER
        self._error: Final = Status(StatusCode.ERROR)
        self._propagator: Final = TraceContextTextMapPropagator()
        self._ids: Final = (format_trace_id, format_span_id)

    def begin(self, context: RequestContext) -> None:
        """Begins the span of a request, and notes its ids for an error response."""
        span = self._tracer.start_span(SERVICE, context=self._parent(context), kind=self._server)
        own, (trace_id, span_id) = span.get_span_context(), self._ids
        context.span = span
        context.trace = {"trace_id": trace_id(own.trace_id), "span_id": span_id(own.span_id)}

    def end(self, context: RequestContext, status: int, world_kind: str | None) -> None:
        """Ends the span of a request. What a fault injected is no error of this server."""
        span = context.span
        if span is None:
            return
        method = context.method if context.method in _METHODS else "_OTHER"
        operation, injection = context.operation_id, context.injection
        attributes = {
            "http.request.method": method,
            "http.response.status_code": status or None,
            "sequences_sandbox.request_id": context.request_id,
            "sequences_sandbox.operation": operation,
            "sequences_sandbox.world_kind": world_kind,
            "sequences_sandbox.fault": None if injection is None else injection.label,
        }
        span.update_name(operation or method)
        span.set_attributes({name: value for name, value in attributes.items() if value is not None})
        if status >= 500 and not context.is_excused:
            span.set_status(self._error)
        span.end()

    def close(self) -> None:
        """Hands over the spans that are left."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)

    def _parent(self, context: RequestContext) -> "Context | None":
        """The span that a client names in one header of a sane length; a malformed one names none."""
        sent = context.all(_TRACEPARENT)
        if len(sent) != 1 or len(sent[0]) > _LONGEST:
            return None
        return self._propagator.extract({_TRACEPARENT.decode(): sent[0]})


def open_tracing() -> Tracing:
    """Tracing to the collector that the variables of OpenTelemetry name. Raises TracingError."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise TracingError(f"the package {error.name} is missing; in a checkout: pip install '.[tracing]'") from None
    own = Resource({"service.name": SERVICE, "service.version": __version__})
    provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
