"""The client: how a sandbox is started, reached and left, and what it says when that fails."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest
from sequences_sandbox_client import (
    InvalidError,
    Sandbox,
    SandboxError,
    SandboxNotStarted,
    UnauthorizedError,
    World,
    background,
    servers,
)
from sequences_sandbox_client.proxies import on_this_machine, proxy_for
from sequences_sandbox_client.transport import settings_for

STARTER = """
import sys
from sequences_sandbox_client import Sandbox
sandbox = Sandbox.start("empty")
print(sandbox.url, flush=True)
sys.stdin.read()
"""


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def no_proxy(monkeypatch):
    """An environment that names no proxy, until the test sets one."""
    for name in (*PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)


def answers(url):
    try:
        return httpx.get(f"{url}/_sandbox/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working folder whose modules are named as some that the server needs."""
    for name in ("yaml", "flask", "connexion", "http"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong module')")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stranger():
    """A web server that is no sandbox."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"hello": "there"}).encode()
            self.send_response(200 if self.path == "/_sandbox/health" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *ignored):
            """Says nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_threads_share_one_sandbox_and_keep_their_worlds_apart(sequences_sandbox):
    def moved(days):
        with sequences_sandbox.world(now="2026-03-02T09:00:00Z", frozen=True) as world:
            return [world.clock.advance(days=1)["now"] for _ in range(days)][-1]

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(moved, range(1, 7)))
    assert found == [f"2026-03-0{2 + days}T09:00:00Z" for days in range(1, 7)]


def test_a_sandbox_is_there_within_the_block_and_gone_after_it():
    with Sandbox.start("empty") as sandbox:
        assert answers(sandbox.url)
    assert not answers(sandbox.url)


def test_options_of_serve_can_be_given():
    with Sandbox.start("empty", arguments=["--clock", "2030-01-07T08:00:00Z", "--freeze"]) as sandbox:
        keys = {"Authorization": "Bearer topo_empty_readonly"}
        clock = httpx.get(f"{sandbox.url}/_sandbox/clock", headers=keys, trust_env=False).json()
    assert (clock["now"], clock["frozen"]) == ("2030-01-07T08:00:00Z", True)


def test_it_does_not_outlive_a_process_that_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        url = httpx.URL(starter.stdout.readline().strip())
        with socket.create_connection((url.host, url.port), timeout=30) as connection:
            starter.send_signal(signal.SIGKILL)
            # The connection ends when the server does, and not before.
            assert connection.recv(1) == b""
    assert not answers(url)


def test_one_that_cannot_start_says_why():
    with pytest.raises(SandboxNotStarted, match="did you mean 'demo'"):
        Sandbox.start("dmeo")


def test_one_that_is_not_ready_in_time_is_given_up(monkeypatch):
    monkeypatch.setattr(servers, "_SECONDS_TO_LOAD", 0)
    with pytest.raises(SandboxNotStarted, match="not ready within 0 s"):
        Sandbox.start("empty")


def test_one_that_does_not_leave_is_ended_by_force(monkeypatch):
    monkeypatch.setattr(background, "_SECONDS_TO_STOP", 0.1)
    sandbox = Sandbox.start("empty")
    os.kill(sandbox._background.ready["pid"], signal.SIGSTOP)
    sandbox.stop()
    assert not answers(sandbox.url)


def test_the_environment_of_another_sandbox_does_not_reach_it(monkeypatch):
    for name, value in (("ADMIN_TOKEN", "sesame"), ("FIXTURE", "absent"), ("HOST", "203.0.113.9")):
        monkeypatch.setenv(f"SEQUENCES_SANDBOX_{name}", value)
    with Sandbox.start("empty") as sandbox, sandbox.world() as world:
        assert world.describe()["fixture"] == "empty"


@pytest.mark.usefixtures("elsewhere")
def test_modules_of_the_working_folder_do_not_reach_it():
    with Sandbox.start("empty") as sandbox:
        assert answers(sandbox.url)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_a_running_one_is_reached_by_its_url(sequences_sandbox, ending):
    with Sandbox.connect(f"{sequences_sandbox.url}{ending}") as sandbox, sandbox.world() as world:
        assert world.url == f"{sequences_sandbox.url}/v1"
    assert answers(sequences_sandbox.url)


def test_a_proxy_is_not_asked_for_what_runs_on_this_machine(sequences_sandbox, monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Sandbox.connect(sequences_sandbox.url) as sandbox, sandbox.world() as world, world.client() as client:
        assert client.get("/sequences").is_success


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", "serve"),
        ("127.0.0.1:4010", "http://127.0.0.1:4010"),
        ("sandbox", "not the URL"),
        ("http://\x00", "not the URL"),
        (None, "not the URL"),
    ],
)
def test_where_none_answers_the_way_out_is_named(url, words):
    with pytest.raises(SandboxNotStarted, match=words):
        Sandbox.connect(url)


def test_a_server_that_is_no_sandbox_is_recognised(stranger):
    with pytest.raises(SandboxNotStarted, match="is that a sandbox"):
        Sandbox.connect(stranger)
    with pytest.raises(SandboxError, match="is that a sandbox") as caught:
        Sandbox(stranger).world()
    assert caught.value.status_code == 501


def test_where_an_admin_token_is_needed_it_is_asked_for():
    with Sandbox.start("empty", arguments=["--admin-token", "sesame"]) as locked:
        with pytest.raises(UnauthorizedError, match="key") as caught:
            locked.world()
        assert caught.value.issue["status_code"] == 401
        with Sandbox.connect(locked.url, "sesame") as sandbox, sandbox.world() as world:
            assert isinstance(world, World)


@pytest.mark.parametrize("form", ["yaml", "json", "jsonl", "document"])
def test_a_world_is_made_from_a_file_of_any_form_or_from_a_document(sequences_sandbox, tmp_path, form):
    with sequences_sandbox.world("every_status") as world:
        document = world.export()
    fixture = document
    if form == "jsonl":
        [organization] = document["organizations"]
        rows = [{"organization_id": organization["id"], **run} for run in organization.pop("sequences")]
        fixture = tmp_path / "world.jsonl"
        fixture.write_text("\n".join(json.dumps(line) for line in (document, *rows)))
    elif form != "document":
        fixture = tmp_path / f"world.{form}"
        fixture.write_text(json.dumps(document))
    with (
        sequences_sandbox.world(fixture) as world,
        sequences_sandbox.world(str(fixture)) if form != "document" else world,
    ):
        [organization] = world.describe()["organizations"]
    statuses = {name: count for name, count in organization["counts"].items() if name.isupper()}
    assert set(statuses.values()) == {1}
    assert len(statuses) == 9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"organizations": [{"name": "A"}]}\n{"organization_id": "nobody"}', "line 2"),
        ('{"organizations": [{"name": "A"}]}\n[]', "line 2"),
        ('{"organizations": ', "not JSON"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_line(sequences_sandbox, tmp_path, text, words):
    file = tmp_path / "broken.jsonl"
    file.write_text(text)
    with pytest.raises(InvalidError, match=rf"broken\.jsonl.*{words}"):
        sequences_sandbox.world(file)


def test_a_fixture_that_does_not_exist_is_named_with_those_that_do(sequences_sandbox):
    with pytest.raises(InvalidError, match="every_status"):
        sequences_sandbox.world("every_sattus")
    with pytest.raises(InvalidError, match=r"absent\.yaml"):
        sequences_sandbox.world("absent.yaml")
    for wrong in (3, "", []):
        with pytest.raises(InvalidError, match=r"the path of a file, or a document, not (3|''|\[\])"):
            sequences_sandbox.world(wrong)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:4010", True),
        ("http://127.8.9.1:4010", True),
        ("http://[::1]:4010", True),
        ("http://localhost:4010", True),
        ("http://sandbox.localhost", True),
        ("http://127.1:4010", True),
        ("http://2130706433:4010", True),
        ("http://[::ffff:127.0.0.1]:4010", True),
        ("http://0.0.0.0:4010", True),
        ("http://[::]:4010", True),
        ("http://localhost.:4010", True),
        ("http://127.evil.example", False),
        ("http://[::ffff:192.0.2.1]", False),
        ("http://localhost.example", False),
        ("http://192.0.2.1", False),
    ],
)
@pytest.mark.usefixtures("no_proxy")
def test_what_runs_on_this_machine_is_known_by_its_address(monkeypatch, url, here):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert on_this_machine(httpx.URL(url)) is here
    assert (settings_for(httpx.URL(url))["proxy"] is None) is here


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ALL_PROXY", "socks5://me:sesame@127.0.0.1:9", r"ALL_PROXY names a SOCKS proxy; install the package socksio"),
        ("https_proxy", "socks5://127.0.0.1:9", "^https_proxy names a SOCKS proxy.*name sandbox.example in NO_PROXY"),
        ("all_proxy", "ftp://me:sesame@192.0.2.1", "^all_proxy is not the URL of a proxy; set it to one such as"),
        ("HTTPS_PROXY", "http://me:ses/ame@192.0.2.1:9", "^HTTPS_PROXY is not the URL of a proxy; set it to one such"),
        ("SSL_CERT_FILE", "/absent.pem", "SSL_CERT_FILE names cannot be used: .*; name another file"),
    ],
)
def test_settings_of_the_environment_that_cannot_be_used_are_named_in_a_sentence(monkeypatch, variable, value, words):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SandboxNotStarted, match=words) as caught:
        Sandbox("https://sandbox.example")
    others = {*PROXIES, *map(str.upper, PROXIES)} - {variable, "NO_PROXY"}
    assert not any(other in str(caught.value) for other in others)
    assert "ses" not in str(caught.value)
    Sandbox("http://127.0.0.1:4010").stop()


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("variable", "scheme"),
    [("HTTP_PROXY", "http"), ("https_proxy", "https"), ("ALL_PROXY", "http"), ("all_proxy", "https")],
)
@pytest.mark.parametrize("proxy", ["127.0.0.1:9", "proxy.invalid:9"])
def test_a_proxy_that_gives_no_connection_is_named_with_its_variable(monkeypatch, variable, scheme, proxy):
    monkeypatch.setenv(variable, f"http://me:sesame@{proxy}")
    with pytest.raises(SandboxNotStarted) as caught:
        Sandbox.connect(f"{scheme}://sandbox.example:4010")
    said = str(caught.value)
    assert said.startswith(f"The proxy http://{proxy} that {variable} names gives no connection to {scheme}://sandbox")
    assert said.endswith(f"; correct {variable}, or name sandbox.example in NO_PROXY.")
    assert "sesame" not in said


@pytest.mark.usefixtures("no_proxy")
def test_a_proxy_that_rejects_a_connection_is_named_and_so_is_one_that_something_came_through(monkeypatch, stranger):
    monkeypatch.setenv("ALL_PROXY", stranger)
    with pytest.raises(SandboxNotStarted, match=f"The proxy {stranger} that ALL_PROXY names .*501"):
        Sandbox.connect("https://sandbox.example")
    with pytest.raises(
        SandboxError, match=f"answered 404 through the proxy {stranger} that ALL_PROXY names; is that a"
    ):
        Sandbox.connect("http://sandbox.example")


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("excepted", ["sandbox.example", ".example", "sandbox.example:4010", "*", "[::1], example"])
def test_a_host_that_is_excepted_is_reached_without_a_proxy(monkeypatch, excepted):
    monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert proxy_for(httpx.URL("http://sandbox.example:4010")) is None


@pytest.mark.usefixtures("no_proxy")
def test_a_transport_of_the_callers_own_goes_before_the_proxy(monkeypatch, sequences_world):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(sequences_world, "url", "http://sandbox.example/v1")
    transport = httpx.MockTransport(lambda request: httpx.Response(204))
    with sequences_world.client(transport=transport) as client:
        assert client.get("/sequences").status_code == 204


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "schlüssel", 5])
def test_a_token_that_no_header_carries_is_not_sent_and_not_shown(token, sequences_world):
    for use in (partial(Sandbox, "http://127.0.0.1:4010", token), partial(sequences_world.client, token)):
        with pytest.raises(UnauthorizedError, match="key or admin token") as caught:
            use()
        assert not token or str(token) not in str(caught.value)
