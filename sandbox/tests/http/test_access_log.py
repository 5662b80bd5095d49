"""The access log: what a line says, what it does not say, and how often the log is written to."""

import asyncio
import json
import logging

import pytest
from sequences_sandbox.cli.logs import JsonFormatter
from sequences_sandbox.domain.errors import UnavailableIssue
from sequences_sandbox.http.request.client_address import ClientAddresses, parse_network
from sequences_sandbox.http.request.context import RequestContext
from sequences_sandbox.http.traffic.access_log import Log, without_secrets
from sequences_sandbox.traffic.faults import FaultEffect, Injection


def context(number, path=b"/v1/sequences"):
    return RequestContext(f"req_{number}", 0, "GET", path, b"", [], "192.0.2.7")


@pytest.mark.parametrize("form", ["text", "json"])
def test_lines_are_gathered_and_written_at_once_and_none_is_lost(form, caplog):
    log = Log(form, lambda: 0, ClientAddresses(()))

    async def gathered():
        for written, numbers in enumerate([range(3), range(3, 4), range(4, 9)]):
            for number in numbers:
                log.request(context(number), 200, 0.001)
            assert len(caplog.records) == written
            while len(caplog.records) == written:
                await asyncio.sleep(0.01)

    with caplog.at_level(logging.INFO, "sequences_sandbox"):
        asyncio.run(gathered())
        log.flush()
    assert len(caplog.records) == 3
    lines = "\n".join(record.getMessage() for record in caplog.records).splitlines()
    if form == "json":
        assert [json.loads(line)["request_id"] for line in lines] == [f"req_{number}" for number in range(9)]
    else:
        assert lines == [f"GET /v1/sequences 200 1.0 ms req_{number} 192.0.2.7" for number in range(9)]


def logged(caplog, log, *requests):
    """The lines of requests, each a context and a status."""

    async def turn():
        for asked, status in requests:
            log.request(asked, status, 0.001)
        log.flush()

    with caplog.at_level(logging.INFO, "sequences_sandbox"):
        asyncio.run(turn())
    return "\n".join(record.getMessage() for record in caplog.records).splitlines()


def test_one_in_so_many_is_logged_and_every_failure(caplog):
    log = Log("text", lambda: 0, ClientAddresses(()), every=4)
    requests = [(context(number), 500 if number in (5, 6) else 200) for number in range(12)]
    assert [line.split()[5] for line in logged(caplog, log, *requests)] == ["req_3", "req_5", "req_6", "req_10"]


def test_the_client_is_the_one_that_a_trusted_proxy_names(caplog):
    log = Log("json", lambda: 0, ClientAddresses((parse_network("192.0.2.7"),)))
    headers = [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9")]
    named = RequestContext("req_0", 0, "GET", b"/", b"", headers, "192.0.2.7")
    forged = RequestContext("req_1", 0, "GET", b"/", b"", headers, "192.0.2.8")
    lines = logged(caplog, log, (named, 200), (forged, 200))
    assert [json.loads(line)["client"] for line in lines] == ["203.0.113.9", "192.0.2.8"]


def slow(number):
    return context(number), 200, 1.5


def injected(number):
    faulty = context(number)
    faulty.injection = Injection(effect=FaultEffect(status=503))
    return faulty, 503, 0.001


def without_database(number):
    lost = context(number)
    lost.issue = UnavailableIssue("The database is away.", retry_after_seconds=1)
    return lost, 503, 5.0


@pytest.mark.parametrize("lowest", ["info", "warning", "error"])
def test_the_level_tells_failures_and_slow_requests_from_the_others(lowest, caplog):
    log = Log("json", lambda: 0, ClientAddresses(()))
    requests = [(context(number), 200 + number, 0.001) for number in range(20)]
    requests += [slow(20), (context(21), 500, 0.001), injected(22), (context(23), 404, 0.2), without_database(24)]

    async def turn():
        for request in requests:
            log.request(*request)
        log.flush()

    with caplog.at_level(lowest.upper(), "sequences_sandbox"):
        asyncio.run(turn())
    lines = [json.loads(line) for record in caplog.records for line in record.getMessage().splitlines()]
    levels = {line["request_id"]: line["level"] for line in lines}
    expected = {f"req_{number}": "info" for number in range(25)} | {"req_20": "warning", "req_21": "error"}
    order = ["error", "warning", "info"]
    assert levels == {key: level for key, level in expected.items() if order.index(level) <= order.index(lowest)}


def test_a_failure_is_logged_without_the_key_that_it_names(caplog):
    log = Log("text", lambda: 0, ClientAddresses(()))
    log.failure(context(1), "ValueError: topo_demo_readwrite")
    assert "topo_***" in caplog.text
    assert "demo_readwrite" not in caplog.text


def test_a_failure_in_json_has_its_trace_in_a_field(caplog):
    Log("json", lambda: 0, ClientAddresses(())).failure(context(1), "ValueError: topo_demo_readwrite")
    line = json.loads(JsonFormatter().format(caplog.records[0]))
    assert (line["level"], line["message"]) == ("error", "request req_1 failed")
    assert (line["request_id"], line["traceback"]) == ("req_1", "ValueError: topo_***")


def test_a_page_has_one_line_too_and_at_warning_there_is_none(api, caplog):
    with caplog.at_level(logging.INFO, "sequences_sandbox"):
        api("GET", "/watch?key=topo_secret", key=None)
        api("GET", "/nowhere", key=None)
        api.app.close()
    lines = "\n".join(record.getMessage() for record in caplog.records).splitlines()
    assert [line.split()[:3] for line in lines] == [["GET", "/watch", "200"], ["GET", "/nowhere", "404"]]
    caplog.clear()
    with caplog.at_level(logging.WARNING, "sequences_sandbox"):
        api("GET", "/watch", key=None)
        api("GET", "sequences/unknown")
        api.app.close()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/v1/sequences", "/v1/sequences"),
        ("/v1/topo_demo_readwrite", "/v1/topo_***"),
        ("/v1/password=hunter2/x", "/v1/password=***/x"),
        ("/v1/x;access_token=abc;page=1", "/v1/x;access_token=***;page=1"),
        ("/v1/x?api_key=topo_a&size=3&Client-Secret=a=b", "/v1/x?api_key=***&size=3&Client-Secret=***"),
        ("/v1/x?page=2", "/v1/x?page=2"),
        ("/v1/%74opo_demo%0a", "/v1/topo_***"),
        ("/v1/pass%77ord=hunter2", "/v1/password=***"),
        ("/v1/%2574opo_demo/%25252574opo%25255fdemo", "/v1/topo_***/topo_***"),
        ("/v1/%25%37%34opo_demo", "/v1/topo_***"),
        ("/v1/pass%2577ord=hunter2/to%256ben=abc", "/v1/password=***/token=***"),
        ("/v1/password=hunter%2F2secret", "/v1/password=***"),
        ("/v1/password=hunter%252F2%253Bsecret;size=3", "/v1/password=***;size=3"),
        ("/v1/token=abc%2526defghi", "/v1/token=***"),
        ("/v1/a%26pass%77ord%3Dhunter2", "/v1/a&password=***"),
        ("/v1/caf%c3%a9", "/v1/caf%c3%a9"),
        ("/v1/100%2525", "/v1/100%2525"),
        ("/v1/PASSWD=a/b?pwd=c;X-Signature=d", "/v1/PASSWD=***/b?pwd=***;X-Signature=***"),
    ],
)
def test_no_key_and_no_value_of_a_parameter_that_is_named_as_a_secret_is_shown(address, shown):
    assert without_secrets(address) == shown


def test_a_line_has_so_much_of_a_path(caplog):
    log = Log("text", lambda: 0, ClientAddresses(()))
    (line,) = logged(caplog, log, (context(0, b"/" + b"x" * 60_000), 404))
    assert len(line) < 1100
