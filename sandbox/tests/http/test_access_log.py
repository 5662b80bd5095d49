"""The access log: what a line says, what it does not say, and how often the log is written to."""

import asyncio
import json
import logging

import pytest
from sequences_sandbox.http.request.context import RequestContext
from sequences_sandbox.http.responses import Response
from sequences_sandbox.http.traffic.access_log import Log, without_secrets


def context(number, path=b"/v1/sequences"):
    return RequestContext(f"req_{number}", 0, "GET", path, b"", [])


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_lines_of_one_turn_of_the_loop_are_written_at_once_and_none_is_lost(form, caplog):
    log = Log(form, lambda: 0)

    async def turn(before, numbers):
        for number in numbers:
            log.request(context(number), Response(200, b"", []), 0.001)
        assert len(caplog.records) == before
        await asyncio.sleep(0)

    with caplog.at_level(logging.INFO, "sequences_sandbox"):
        for before, numbers in enumerate([range(3), range(3, 4), range(4, 9)]):
            asyncio.run(turn(before, numbers))
    assert len(caplog.records) == 3
    lines = "\n".join(record.getMessage() for record in caplog.records).splitlines()
    if form == "json":
        assert [json.loads(line)["request_id"] for line in lines] == [f"req_{number}" for number in range(9)]
    else:
        assert lines == [f"GET /v1/sequences 200 1.0 ms req_{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/v1/sequences", "/v1/sequences"),
        ("/v1/topo_demo_readwrite", "/v1/topo_***"),
        ("/v1/password=hunter2/x", "/v1/password=***/x"),
        ("/v1/x;access_token=abc;page=1", "/v1/x;access_token=***;page=1"),
        ("/v1/x?api_key=topo_a&size=3&Client-Secret=a=b", "/v1/x?api_key=***&size=3&Client-Secret=***"),
        ("/v1/x?page=2", "/v1/x?page=2"),
        ("/v1/%74opo_demo%0a", "/v1/topo_***%0A"),
        ("/v1/pass%77ord=hunter2", "/v1/password=***"),
        ("/v1/caf%c3%a9", "/v1/caf%c3%a9"),
    ],
)
def test_no_key_and_no_value_of_a_parameter_that_is_named_as_a_secret_is_shown(address, shown):
    assert without_secrets(address) == shown
