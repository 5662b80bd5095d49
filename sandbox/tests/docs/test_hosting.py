"""docs/hosting.md: its options exist, its command starts a sandbox, and its proxy passes on what it should."""

import os
import re
import shutil
import socket
import subprocess
import time

import httpx
import pytest
from sequences_sandbox.cli import main
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.domain.limits import PUBLIC_LIMITS, VISITOR_BYTES, VisitorLimits, host_limits
from sequences_sandbox.domain.timestamps import HOUR

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
    assert set(re.findall(r"`(?:[^`]* )?(--[a-z-]+)", PAGE)) <= known


def test_visitors_may_make_worlds_and_nobody_is_the_admin_without_the_token(hosted):
    assert httpx.post(f"{hosted}/_sandbox/worlds", json={}).status_code == 201
    assert httpx.get(f"{hosted}/_sandbox/worlds").status_code == 401
    assert httpx.get(f"{hosted}/_sandbox/worlds", headers=ADMIN).status_code == 200
    assert httpx.get(f"{hosted}/_sandbox/metrics", headers=ADMIN).status_code == 200


def test_the_limits_of_visitors_are_those_of_the_code():
    assert f"at most {PUBLIC_LIMITS.runs:,} runs" in PAGE
    assert f"{PUBLIC_LIMITS.text:,} characters" in PAGE
    assert f"{PUBLIC_LIMITS.faults} fault rules and {PUBLIC_LIMITS.snapshots} snapshots" in PAGE
    assert f"{PUBLIC_LIMITS.organizations} organizations, {PUBLIC_LIMITS.keys} API keys" in PAGE
    sizes = [PUBLIC_LIMITS.document_bytes, PUBLIC_LIMITS.snapshot_bytes, PUBLIC_LIMITS.history_bytes]
    assert (
        "{} MiB of documents, {} MiB of snapshots and {} MiB of history".format(*(size >> 20 for size in sizes)) in PAGE
    )
    assert (VISITOR_BYTES.of_address, VISITOR_BYTES.in_all) == (100 << 20, 1 << 30)
    host, visitors = host_limits(1024, shared=True), VisitorLimits()
    assert f"{host.streams.of_world} event streams and {host.delayed.of_address} responses" in PAGE
    assert f"An address has {host.connections.of_address} connections" in PAGE
    assert (visitors.of_address, visitors.lifetime, visitors.idle) == (10, 24 * HOUR, HOUR)


@pytest.fixture
def proxied(hosted, tmp_path):
    """The address of an nginx with the server of the page, in front of that sandbox."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        assert not os.environ.get("CI"), "nginx is missing; run .ci/install-programs"
        pytest.skip("no nginx here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (server,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    server = server.replace("listen 80", f"listen 127.0.0.1:{port}").replace("http://127.0.0.1:4010", hosted)
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{server}}}\n"
    )
    process = subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_the_proxy_passes_calls_events_and_errors_on(proxied):
    with httpx.Client(base_url=proxied, headers={"Host": "sandbox.example"}, timeout=30) as client:
        world = client.post("/_sandbox/worlds", json={}).json()
        key = {"Authorization": f"Bearer {world['organizations'][0]['api_keys'][0]['token']}"}
        assert client.get("/v1/sequences", headers=key).status_code == 200
        too_large = client.post("/_sandbox/worlds", content=b"x" * (1 << 20) + b"x")
        assert (too_large.status_code, too_large.json()["type"]) == (413, "ValidationIssue")
        with client.stream("GET", "/_sandbox/events", headers=key) as events:
            httpx.get(f"{proxied}/v1/sequences", headers={**key, "Host": "sandbox.example"})
            assert next(line for line in events.iter_lines() if line.startswith("event:")) == "event: request"
