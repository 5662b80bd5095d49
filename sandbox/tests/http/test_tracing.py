"""Traces: the span of a request, the trace that it belongs to, and what a sandbox without the packages says."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from sequences_sandbox.domain.limits import VisitorLimits
from sequences_sandbox.http.traffic.tracing import Tracing, TracingError, open_tracing

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


def packages():
    """Skips where the packages are missing, except in CI."""
    if not os.environ.get("CI"):
        pytest.importorskip("opentelemetry.sdk")
        pytest.importorskip("opentelemetry.exporter.otlp.proto.http")


@pytest.fixture
def traced(api_with):
    """Makes a sandbox whose spans are kept here."""
    packages()
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: PLC0415

    def make(**settings):
        exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        api = api_with(tracing=Tracing(provider), **settings)
        api.spans = exporter.get_finished_spans
        return api

    return make


def told(span):
    """What a span says, without the names' common beginning."""
    return {name.removeprefix("sequences_sandbox."): value for name, value in span.attributes.items()}


def test_a_request_has_a_span_with_operation_status_and_kind_of_world(traced):
    api = traced(admin_token="sesame-1234", visitors=VisitorLimits(5))
    api("GET", "sequences?size=1")
    made = api("POST", "/_sandbox/worlds", key=None)
    visitor = made.json()["organizations"][0]["api_keys"][0]["token"]
    api("GET", "sequences/nonsense", key=visitor)
    api("BREW", "sequences")
    spans = [(span.name, span.kind.name, told(span)) for span in api.spans()]
    assert [(name, kind) for name, kind, _ in spans] == [
        ("listSequences", "SERVER"), ("createWorld", "SERVER"), ("getSequence", "SERVER"), ("_OTHER", "SERVER"),
    ]  # fmt: skip
    kinds = [(said["http.response.status_code"], said.get("world_kind")) for _, _, said in spans]
    assert kinds == [(200, "default"), (201, None), (400, "visitor"), (405, None)]
    assert spans[1][2]["request_id"] == made.headers["X-Request-Id"]


def test_no_span_has_a_key_a_path_or_a_query(traced):
    api = traced()
    api("GET", f"sequences?status=ACTIVE&key={api.key}", headers={"X-Other": api.key})
    api("GET", f"/v1/{api.key}/x?password=hunter2")
    text = "".join(span.to_json() for span in api.spans())
    assert api.key not in text
    assert "hunter2" not in text
    assert "ACTIVE" not in text


def test_the_span_is_part_of_the_trace_that_the_client_names_and_an_error_has_its_ids(traced):
    api = traced()
    error = api("GET", "sequences/nonsense", headers={"traceparent": PARENT}).json()
    (span,) = api.spans()
    assert error["trace_id"] == TRACE == f"{span.context.trace_id:032x}"
    assert error["span_id"] == f"{span.context.span_id:016x}" != SPAN
    assert f"{span.parent.span_id:016x}" == SPAN


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("traceparent", "nonsense")],
        [("traceparent", PARENT.replace(TRACE, "0" * 32))],
        [("traceparent", PARENT.upper())],
        [("traceparent", PARENT.replace("00-", "ff-", 1))],
        [("traceparent", PARENT + " " * 10_000)],
        [("traceparent", PARENT), ("traceparent", PARENT)],
    ],
)
def test_whatever_is_no_traceparent_begins_a_trace_of_its_own(traced, headers):
    api = traced()
    error = api("GET", "sequences/nonsense", raw_headers=headers).json()
    (span,) = api.spans()
    assert span.parent is None
    assert error["trace_id"] == f"{span.context.trace_id:032x}" != TRACE


def test_an_injected_error_has_the_ids_too_and_only_a_failure_is_an_error_of_the_span(traced, monkeypatch):
    api = traced()
    error = api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503"}).json()
    assert re.fullmatch("[0-9a-f]{32} [0-9a-f]{16}", f"{error['trace_id']} {error['span_id']}")
    monkeypatch.setattr("sequences_sandbox.worlds.worlds.Worlds.transaction", lambda self, caller: 1 / 0)
    api("GET", "sequences")
    injected, failed = api.spans()
    assert told(injected)["fault"] == "status=503"
    assert (injected.status.status_code.name, failed.status.status_code.name) == ("UNSET", "ERROR")


def test_a_line_of_the_log_names_the_trace(traced, caplog):
    api = traced(log_format="json")
    with caplog.at_level(logging.INFO, "sequences_sandbox"):
        api("GET", "me", headers={"traceparent": PARENT})
        api.app.log.flush()
    (line,) = [json.loads(record.getMessage()) for record in caplog.records]
    assert line["trace_id"] == TRACE


def test_without_tracing_an_error_has_no_ids(api):
    error = api("GET", "sequences/nonsense", headers={"traceparent": PARENT}).json()
    assert set(error) == {"status_code", "type", "message", "request_id", "data"}


def test_missing_packages_are_named_with_the_way_to_install_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TracingError, match=re.escape("pip install '.[tracing]'")):
        open_tracing()


def test_the_program_says_in_one_sentence_what_is_missing():
    code = "import sys; sys.modules['opentelemetry'] = None; from sequences_sandbox.cli import main; sys.exit(main())"
    command = [sys.executable, "-W", "ignore", "-c", code, "serve", "--port", "0", "--trace"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.strip().splitlines()
    assert line.endswith("in a checkout: pip install '.[tracing]'")


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_sandbox_sends_its_spans_to_the_collector_and_the_last_when_it_stops(running):
    packages()
    collector = HTTPServer(("127.0.0.1", 0), Collector)
    collector.received = []
    thread = threading.Thread(target=collector.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{collector.server_port}"
        sandbox = running("--trace", OTEL_EXPORTER_OTLP_ENDPOINT=address, OTEL_SERVICE_NAME="my-sandbox")
        httpx.get(f"{sandbox.base}/me", headers={"Authorization": "Bearer topo_demo_readonly", "traceparent": PARENT})
        assert sandbox.stop()[0] == 0
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()
    (path, body), *_ = collector.received
    assert path == "/v1/traces"
    assert bytes.fromhex(TRACE) in body
    assert b"getMe" in body
    assert b"my-sandbox" in body
    assert b"topo_demo" not in body


def test_a_collector_that_is_away_holds_nothing_up(running):
    packages()
    sandbox = running("--trace", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert sandbox.get("/me")["key_prefix"]
    assert sandbox.stop()[0] == 0
