"""docs/hosting.md: its options exist, its command starts a sandbox, and its proxy passes on what it should."""

import re

import httpx
import pytest
from sequences_sandbox.cli import main
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.domain.limits import PUBLIC_LIMITS, VISITOR_BYTES, VisitorLimits, host_limits
from sequences_sandbox.domain.timestamps import HOUR
from sequences_sandbox.worlds.keeper import MOST_WORLD_BYTES
from sequences_sandbox.worlds.seeds import MOST_BYTES

PAGE = (shipped("openapi.yaml").parent / "docs" / "hosting.md").read_text("utf-8")
ADMIN = {"Authorization": "Bearer only-for-tests"}


@pytest.fixture
def hosted(running):
    """The sandbox of the first command, on a port of its own."""
    (command,) = re.findall(r"^sequences-sandbox serve (.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    options = command.replace("\\\n", " ").split()
    return running(*options, SEQUENCES_SANDBOX_ADMIN_TOKEN="only-for-tests").base.removesuffix("/v1")


def test_the_options_exist(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    words = re.sub(r"^```.*?^```|`docker[^`]*`", "", PAGE, flags=re.DOTALL | re.MULTILINE)  # other programs' options
    assert set(re.findall(r"`(?:[^`\n]* )?(--[a-z-]+)", words)) <= known


def test_visitors_may_make_worlds_and_nobody_is_the_admin_without_the_token(hosted):
    assert httpx.post(f"{hosted}/_sandbox/worlds", json={}).status_code == 201
    assert httpx.get(f"{hosted}/_sandbox/worlds").status_code == 401
    assert httpx.get(f"{hosted}/_sandbox/worlds", headers=ADMIN).status_code == 200
    assert httpx.get(f"{hosted}/_sandbox/metrics", headers=ADMIN).status_code == 200


def test_the_limits_of_visitors_are_those_of_the_code():
    page = " ".join(PAGE.split())
    assert f"{PUBLIC_LIMITS.variables:,} variables" in page
    assert f"at most {PUBLIC_LIMITS.runs:,} runs" in page
    assert f"{PUBLIC_LIMITS.text:,} characters" in page
    assert f"{PUBLIC_LIMITS.faults} fault rules and {PUBLIC_LIMITS.snapshots} snapshots" in page
    assert f"{PUBLIC_LIMITS.organizations} organizations, {PUBLIC_LIMITS.keys} API keys" in page
    sizes = [PUBLIC_LIMITS.document_bytes, PUBLIC_LIMITS.snapshot_bytes, PUBLIC_LIMITS.history_bytes]
    bounds = "{} MiB of documents and {} MiB of snapshots. Where its history takes {} MiB"
    assert bounds.format(*(size >> 20 for size in sizes)) in page
    assert (VISITOR_BYTES.of_address, VISITOR_BYTES.in_all) == (100 << 20, 1 << 30)
    assert f"at most {MOST_WORLD_BYTES >> 20} MiB of worlds and {2 * MOST_BYTES >> 20} MiB of fixtures at hand" in page
    host, visitors = host_limits(1024, shared=True), VisitorLimits()
    assert f"{host.streams.of_world} event streams and {host.delayed.of_address} responses" in page
    assert f"An address has {host.connections.of_address} connections" in page
    assert (visitors.of_address, visitors.lifetime, visitors.idle) == (10, 24 * HOUR, HOUR)
