"""docs/faults-and-journal.md: its commands are run as they stand, and its limits are those of the code."""

import json
import re

import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.http import subscription
from sequences_sandbox.http.streaming import events
from sequences_sandbox.server import head, protocol, server
from sequences_sandbox.store import memory
from sequences_sandbox.store.base import MOST_EVENT_BYTES, MOST_JOURNAL_BYTES
from sequences_sandbox.store.postgres import events as stored_events
from sequences_sandbox.traffic import journal
from sequences_sandbox.traffic.fault_header import parse_fault_header

TEXT = (shipped("openapi.yaml").parent / "docs" / "faults-and-journal.md").read_text()


def test_every_command_works_as_the_page_says(running, shell):
    base = running().base.removesuffix("/v1")
    answers = []
    for script in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL):
        answers.append(json.loads(shell(script.replace("curl ", "curl --silent "), SEQUENCES_SANDBOX_URL=base)))
    fault, error, found, verified = answers
    assert fault["effect"] == {"status": 429, "retry_after": 2}
    assert error["data"] == {"retry_after_seconds": 2}
    assert [entry["fault"] for entry in found["items"]] == ["status=503, retry_after=2"]
    (shown,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL))
    for finding in (verified, shown):
        assert re.fullmatch(r"req_\w{26}", finding["nearest"][0].pop("request_id"))
    assert verified == shown


@pytest.mark.parametrize("text", re.findall(r"X-Sandbox-Fault: ([a-z0-9_=, ]+)[`']", TEXT))
def test_every_header_on_the_page_can_be_sent(text):
    assert parse_fault_header(text).label == text


def test_the_limits_on_the_page_are_those_of_the_code():
    assert f"Of a body {journal.MOST_BODY_BYTES >> 10} KiB are kept" in TEXT
    assert f"A world's journal takes {MOST_JOURNAL_BYTES >> 20} MiB" in TEXT
    assert f"all journals {memory.MOST_BYTES_OF_ALL_JOURNALS >> 20} MiB" in TEXT
    flowing = re.sub(r"\s+", " ", TEXT)
    assert f"the latest are kept: {MOST_EVENT_BYTES >> 20} MiB of a world's" in flowing
    assert f"the last {stored_events._MOST_KEPT:,} at most in PostgreSQL" in flowing
    assert f"{subscription._MOST_WAITING:,} or {MOST_EVENT_BYTES >> 20} MiB behind misses the oldest" in flowing
    assert f"every {events._HEARTBEAT_SECONDS:.0f} seconds" in flowing
    assert f"complete {protocol.PATIENCE_SECONDS} seconds after" in flowing
    assert f"closed after {server._KEEP_ALIVE_SECONDS}." in flowing
    assert f"{head.MOST_HEAD_BYTES >> 10} KiB, a body 1 MiB" in flowing
    assert f"taken in {protocol.PATIENCE_SECONDS} seconds" in flowing
    assert f"each {protocol.SLOWEST_BYTES_A_SECOND >> 10} KiB" in flowing
