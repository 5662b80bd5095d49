"""docs/troubleshooting.md: each message that it explains is made here, and is compared with what the page says."""

import re
import socket

import pytest
from sequences_contract.cli import main as check
from sequences_sandbox.cli import main
from sequences_sandbox_client import Sandbox, SandboxError, VerificationError, servers

NOBODY = "http://127.0.0.1:1"
MISTAKEN = "organizations:\n  - sequences:\n      - {status: ACTVE}\n"
STOPPED = "sequences/00000009-0000-4000-8000-000000000009/stop"
WON = {"reason": "WIN", "scope": "CONTACT"}
#: Requests to a world with every status: key (None sends none), method, path and how.
REQUESTS = [
    (None, "GET", "sequences", {}),
    (None, "GET", "sequences", {"headers": {"Authorization": "topo_every_readonly"}}),
    ("topo_gone", "GET", "sequences", {}),
    ("topo_every_readonly", "POST", STOPPED, {"json": WON}),
    ("", "GET", "/_sandbox/world", {"headers": {"Host": "sandbox"}}),
    ("", "DELETE", "/_sandbox/faults", {"headers": {"Origin": "https://app.example"}}),
    ("", "GET", "sequences/", {}),
    ("", "GET", "sequences/00000000-0000-4000-8000-000000000000", {}),
    ("", "GET", "sequences?stauts=ACTIVE", {}),
    ("", "GET", "sequences?created_at_after=2026-03-02T09:00:00+01:00", {}),
    ("", "POST", STOPPED.replace("stop", "pause"), {"json": {"paused_until": "2020-01-01T00:00:00Z"}}),
    ("", "POST", STOPPED, {"content": "{}"}),
    ("", "POST", STOPPED, {"json": WON}),
    ("", "PATCH", "/_sandbox/clock", {"json": {"now": "2020-01-01T00:00:00Z"}}),
    ("", "DELETE", "/_sandbox/world", {}),
    ("", "POST", "/_sandbox/faults", {"json": {"match": {"operation": "pauseSequnce"}, "effect": {"status": 503}}}),
    ("", "POST", "/_sandbox/faults", {"json": {"effect": {"status": 503, "close": "before"}}}),
    ("", "POST", "/_sandbox/clock/advance", {"json": {"by": "2 days"}}),
    ("", "GET", "me", {"headers": {"X-Sandbox-Fault": "status=429"}}),
    ("", "PUT", "/_sandbox/rate-limit", {"json": {"limit": 1, "per_seconds": 60}}),
    ("", "GET", "me", {}),
    ("", "GET", "me", {}),
]


def status_of(program, arguments):
    """The exit status of a program that is run here."""
    try:
        return program(arguments)
    except SystemExit as ended:
        return ended.code


def of_requests(api_with):
    api = api_with(fixture="every_status", fault_header=True)
    bodies = [api(method, path, key=key, **how) for key, method, path, how in REQUESTS]
    strict = api_with(fixture="empty", admin_token="only-for-tests")
    bodies.append(strict("POST", "/_sandbox/worlds", key=None, json={}))
    return [response.json()["message"] for response in bodies if response.status_code >= 400]


def of_commands(capsys, tmp_path, running):
    (tmp_path / "mistaken.yaml").write_text(MISTAKEN)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        serves = [["--port", port], ["--fixture", "nosuch"], ["--fixture", str(tmp_path / "mistaken.yaml")]]
        commands = [["serve", *options] for options in [*serves, ["--store", "postgresql://127.0.0.1:1/none"]]]
        for command in commands:
            assert status_of(main, command) == 2
    assert status_of(main, ["clock", "show", "--url", NOBODY]) == 3
    for target in ([f"{NOBODY}/v1"], [running, "--key", "topo_demo_readonly"], [f"{running}/v1"]):
        assert status_of(check, ["check", "--key", "topo_gone", "--url", *target]) == 2
    return [re.sub(r"\s+", " ", text) for text in capsys.readouterr()]


def of_client(running, monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "_programs", tuple)
    monkeypatch.setattr(servers, "_containers", tuple)
    with pytest.raises(SandboxError) as nowhere:
        servers.find_server("demo", tmp_path / "ready.json", [])
    with Sandbox.connect(running) as sandbox, sandbox.world() as world, pytest.raises(VerificationError) as verified:
        world.journal.verify("stopSequence", exactly=1)
    said = [str(error.value) for error in (nowhere, verified)]
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for url, variable, proxy in [
        (NOBODY, "HTTP_PROXY", NOBODY),
        ("http://sandbox.example", "HTTP_PROXY", NOBODY),
        ("https://sandbox.example", "ALL_PROXY", "socks5://127.0.0.1:1"),
    ]:
        monkeypatch.setenv(variable, proxy)
        with pytest.raises(SandboxError) as nothing:
            Sandbox.connect(url)
        said.append(str(nothing.value))
    return said


def test_every_message_on_the_page_is_one_that_is_given(
    page_named, api_with, capsys, tmp_path, monkeypatch, sequences_sandbox
):
    explained = re.findall(r"^> `(.+)`$", page_named("troubleshooting.md").text, re.MULTILINE)
    patterns = [".+?".join(map(re.escape, message.split("…"))) for message in explained]
    made = [
        *of_requests(api_with),
        *of_commands(capsys, tmp_path, sequences_sandbox.url),
        *of_client(sequences_sandbox.url, monkeypatch, tmp_path),
    ]
    given = "\n".join(made)
    missing = [message for message, pattern in zip(explained, patterns, strict=True) if not re.search(pattern, given)]
    assert missing == [], given
    unexplained = [message for message in of_requests(api_with) if not any(re.search(one, message) for one in patterns)]
    assert unexplained == []
