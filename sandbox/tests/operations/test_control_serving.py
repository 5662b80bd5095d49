"""The control API as `serve` offers it: the ready file, the admin token, the host names."""

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import httpx
import pytest


def call(url, token=None, *, method="GET", host=None):
    """One request over a socket; returns status and body."""
    request = urllib.request.Request(url, method=method)
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    if host is not None:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as build_error_response:
        with build_error_response:
            return build_error_response.code, json.load(build_error_response)


@pytest.fixture
def ready(running, tmp_path):
    """Starts a sandbox; returns what its ready file says, and its banner."""

    def start(*arguments):
        file = tmp_path / "ready.json"
        sandbox = running("--log-level", "warning", "--ready-file", str(file), *arguments)
        # The file is written before the socket is served, so an responseed request means that it is there.
        call(f"{sandbox.base}/sequences")
        return json.loads(file.read_text()), sandbox.banner

    return start


def test_the_ready_file_names_urls_process_and_keys_with_scopes(ready):
    told, _ = ready()
    assert set(told) == {"url", "base_url", "control_url", "pid", "keys"}
    assert call(f"{told['control_url']}/health")[1]["status"] == "ok"
    [reads] = [key["token"] for key in told["keys"] if key["name"] == "Read only"]
    assert call(f"{told['base_url']}/sequences?size=1", reads)[0] == 200
    assert {"name": "No scope", "scopes": []}.items() <= told["keys"][3].items()


def test_on_loopback_everyone_is_the_admin(ready):
    told, banner = ready()
    assert call(f"{told['control_url']}/worlds")[0] == 200
    assert "Admin token" not in banner


def test_beyond_loopback_an_admin_token_is_made_and_told_once(ready):
    told, banner = ready("--host", "0.0.0.0")  # noqa: S104
    assert banner.count(told["admin_token"]) == 1
    assert told["url"].startswith("http://127.0.0.1:")  # an address of this machine, that no proxy is asked for
    assert call(f"{told['control_url']}/worlds")[0] == 401
    assert call(f"{told['control_url']}/worlds", told["admin_token"])[0] == 200


def test_an_admin_token_that_was_given_is_needed_on_loopback_too_and_not_told(ready):
    told, banner = ready("--admin-token", "sesame")
    assert "sesame" not in banner
    assert "admin_token" not in told
    assert call(f"{told['control_url']}/worlds", method="POST")[0] == 401
    assert call(f"{told['control_url']}/worlds", "sesame", method="POST")[0] == 201


def test_anonymous_visitors_create_worlds_where_the_operator_allows_it(ready):
    told, _ = ready("--admin-token", "sesame", "--public-worlds", "2")
    made = [call(f"{told['control_url']}/worlds", method="POST") for _ in range(3)]
    assert [status for status, _ in made] == [201, 201, 429]
    assert made[0][1]["expires_at"] is not None


def test_further_host_names_are_allowed_by_name(ready):
    told, _ = ready("--allow-host", "sandbox.example", "ci")
    worlds = f"{told['control_url']}/worlds"
    hosts = ("sandbox.example", "CI:80", "other.example", "localhost")
    assert [call(worlds, host=host)[0] for host in hosts] == [200, 200, 403, 200]
    assert [call(f"{told['control_url']}/health", host=host)[0] for host in hosts] == [200] * 4


def test_a_rejected_host_is_told_how_to_allow_it(ready):
    told, _ = ready()
    status, issue = call(f"{told['control_url']}/worlds", host="rebound.example")
    assert status == 403
    assert "--allow-host rebound.example" in issue["message"]


@pytest.mark.parametrize(
    "host",
    [
        "[::1].evil.example",
        "[::1]evil.example",
        "[localhost]",
        "[localhost]evil.example",
        "[::1",
        "localhost:80:80",
        "localhost:evil.example",
    ],
)
def test_what_is_not_a_host_name_is_rejected(api, host):
    response = api("GET", "/_sandbox/clock", headers={"Host": host})
    assert (response.status_code, response.json()["data"]["field"]) == (400, "Host")


@pytest.mark.parametrize("hosts", [("evil.example", "localhost"), ("localhost", "evil.example"), ("localhost",) * 2])
def test_two_host_names_are_rejected_even_where_one_is_allowed(url, hosts):
    lines = ["GET /_sandbox/worlds HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
    with (
        socket.create_connection(("127.0.0.1", httpx.URL(url).port), timeout=20) as wire,
        wire.makefile("rb") as response,
    ):
        wire.sendall("\r\n".join(lines).encode())
        assert response.read().startswith(b"HTTP/1.1 400 ")


OWN = {"Origin": "http://127.0.0.1:4010"}
OTHER = {"Origin": "https://evil.example"}


@pytest.mark.parametrize(
    "headers",
    [
        OTHER,
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        OTHER | {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "worlds"), ("POST", "world/reset"), ("PATCH", "clock")])
def test_a_page_of_another_origin_changes_nothing(api, headers, method, path):
    response = api(method, f"/_sandbox/{path}", headers={"Content-Type": "text/plain", **headers})
    assert response.status_code == 403
    assert "Origin" in response.json()["message"]
    assert api("GET", "/_sandbox/worlds").json()["total_count"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        OWN,
        {"Origin": "https://127.0.0.1:4010"},
        OWN | {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_own_pages_and_programs_change_what_they_like(api, headers):
    assert api("POST", "/_sandbox/worlds", headers=headers).status_code == 201


def test_a_page_of_another_origin_may_ask_and_the_public_api_is_open_to_it(api):
    assert api("GET", "/_sandbox/clock", headers=OTHER).status_code == 200
    run = api.sequences(status="ACTIVE")[0]["id"]
    assert api("PATCH", f"sequences/{run}", headers=OTHER, json={"variables": {}}).status_code == 200


def test_a_ready_file_that_cannot_be_written_stops_the_start_with_the_reason(tmp_path):
    missing = tmp_path / "no" / "file"
    command = [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0", "--ready-file", missing]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert ended.stdout == ""
