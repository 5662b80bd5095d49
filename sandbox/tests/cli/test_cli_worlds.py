"""The current world, ids by their first characters, and how a sandbox is reached."""

import argparse
import http.server
import json
import os
import ssl
import stat
import subprocess
import sys
import threading

import pytest
from sequences_sandbox.cli import main, serve
from sequences_sandbox_client.cli.reach import add_reach
from sequences_sandbox_client.cli.verbs import VERBS
from sequences_sandbox_client.variables import misspelling

from .test_cli import SERVICE_LINKS

ACTIVE, PAUSED = (f"0000000{n}-0000-4000-8000-00000000000{n}" for n in (3, 4))
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The file of known worlds, which is not there yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "sequences-sandbox" / "worlds.json"


@pytest.fixture
def shell(state, capsys, monkeypatch):
    """Runs a command line; gives the exit status, and what it printed on standard output and standard error."""
    for name in (*PROXIES, *map(str.lower, PROXIES), "SSL_CERT_FILE", "SEQUENCES_SANDBOX_KEY", "SEQUENCES_SANDBOX_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words):
        status = main([word for part in words for word in part.split()])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def at(sequences_sandbox):
    return f"--url {sequences_sandbox.url}"


def test_a_world_that_was_created_can_be_used_by_its_name_and_is_forgotten_when_it_is_deleted(shell, state, at):
    _, made, _ = shell("worlds create --fixture every_status --name mine --json", at)
    world_id = json.loads(made)["id"]
    assert (stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(state.parent.stat().st_mode)) == (0o600, 0o700)
    status, shown, _ = shell("world use mine")
    assert (status, shown.split()[:3]) == (0, ["*", world_id, "mine"])
    # Neither URL nor key: both are the current world's.
    assert json.loads(shell("world show --json")[1])["id"] == world_id
    assert shell("event", ACTIVE[:8], "fail")[0] == 0
    assert "ACTIVE -> FAILED" in shell("history", ACTIVE[:8])[1]
    assert json.loads(shell("world use --json")[1])["items"][0]["current"] is True
    assert "topo_" not in shell("world use")[1]
    assert shell("world delete")[0] == 0
    assert json.loads(state.read_text())["worlds"] == []
    status, _, said = shell("world use mine")
    assert (status, "no key of 'mine' is known here" in said) == (2, True)


def test_a_world_is_used_by_its_key_and_left_again(shell, at, sequences_sandbox, monkeypatch):
    with sequences_sandbox.world("every_status", name="theirs") as world:
        assert shell("world use --key", world.key, at)[0] == 0
        assert json.loads(shell("world show --json")[1])["id"] == world.id
        monkeypatch.setenv("SEQUENCES_SANDBOX_KEY", world.read_key)
        assert "SEQUENCES_SANDBOX_KEY is set" in shell("world use", world.id[:6])[2]
        monkeypatch.delenv("SEQUENCES_SANDBOX_KEY")
        status, _, said = shell("world use other --key", world.key, at)
        assert (status, "the key opens the world 'theirs'" in said) == (2, True)
        assert "demo data" in shell("world use --default")[1]
        assert json.loads(shell("world show --json", at)[1])["id"] != world.id


def test_a_current_world_that_is_gone_is_named_with_the_way_back(shell, at, sequences_sandbox):
    with sequences_sandbox.world(name="brief") as world:
        shell("world use --key", world.key, at)
    status, _, said = shell("clock show")
    assert (status, "the current world 'brief' is gone; 'world use --default'" in said) == (4, True)
    assert "is gone" not in shell("clock show --key", world.key, at)[2]


def test_the_key_of_the_current_world_is_sent_to_its_own_sandbox_only(shell, state, secured):
    url, _, requests = secured
    state.parent.mkdir(parents=True)
    world = {"id": PAUSED, "name": "mine", "url": "http://127.0.0.1:9", "key": "topo_secret"}
    state.write_text(json.dumps({"worlds": [world], "current_id": PAUSED}))
    assert shell("clock show --url", url, "--ca-bundle", str(secured[1]))[0] == 0
    assert requests[-1]["Authorization"] == "Bearer topo_demo_readwrite"
    status, _, said = shell("clock show")
    assert (status, "127.0.0.1:9" in said) == (3, True)
    state.write_text("{}")
    assert "remove it" in shell("clock show")[2]
    assert shell("clock show --key topo_given --url", url, "--ca-bundle", str(secured[1]))[0] == 0


def test_for_all_worlds_no_key_is_sent_unless_one_is_given(shell, state, secured):
    url, ca, requests = secured
    state.parent.mkdir(parents=True)
    world = {"id": PAUSED, "name": "mine", "url": url, "key": "topo_secret"}
    state.write_text(json.dumps({"worlds": [world], "current_id": PAUSED}))
    assert shell("worlds list --json --ca-bundle", str(ca))[0] == 0
    assert "Authorization" not in requests[-1]
    assert shell("worlds list --json --key sesame-1234 --ca-bundle", str(ca))[0] == 0
    assert requests[-1]["Authorization"] == "Bearer sesame-1234"


def test_an_id_is_told_by_its_first_characters_if_only_one_begins_so(shell, at, sequences_sandbox):
    with sequences_sandbox.world("every_status") as world, world.client() as client:
        reach = f"{at} --key {world.key}"
        rule = json.loads(shell("faults add --status 500 --on getSequence --json", reach)[1])["id"]
        assert json.loads(shell("faults show", rule[:7], "--json", reach)[1])["id"] == rule
        request_id = client.get("/contacts").headers["X-Request-Id"]
        assert json.loads(shell("journal show", request_id[:-1], reach)[1])["request_id"] == request_id
        status, _, said = shell("history 0000", reach)
        assert (status, "is the beginning of 9 ids of sequences" in said) == (2, True)
        assert "no id of sequences begins with 'zz'" in shell("history zz", reach)[2]
        [organization] = world.describe()["organizations"]
        (key,) = (one["id"] for one in organization["api_keys"] if one["name"] == "Read and write")
        listed = json.loads(shell("journal list --json --key-id", key[:8], reach)[1])["items"]
        assert [entry["request_id"] for entry in listed] == [request_id]
        assert shell("journal verify --exactly 1 --key-id", key[:8], reach)[0] == 0
        assert "no id of keys begins with 'zz'" in shell("journal list --key-id zz", reach)[2]
        contact = client.get("/contacts").json()["items"][0]["id"]
        assert shell("contacts delete", contact[:8], reach)[0] == 0
        assert client.get(f"/contacts/{contact}").status_code == 404
        assert shell("worlds delete", world.id[:8], at)[0] == 0


def test_a_contact_is_enrolled_by_the_first_characters_of_every_id(shell, at, sequences_sandbox):
    with sequences_sandbox.world("demo") as world:
        [organization, _] = world.export()["organizations"]
        contact, template = (organization[name][0]["id"] for name in ("contacts", "sequence_templates"))
        source = organization["contact_lists"][1]["id"]
        options = f"--organization {organization['id'][:10]} --list {source[:10]} --json {at} --key {world.key}"
        _, made, said = shell("enrol", contact, template[:10], options)
        assert json.loads(made or said)["source_contact_list_id"] == source


def test_an_id_is_completed_wherever_one_is_given():
    given = [
        (verb.command, argument.name)
        for verb in VERBS
        for argument in verb.arguments
        if argument.place.endswith("_id") and not argument.ids
    ]
    assert given == []


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """A sandbox, as far as its clock goes, behind a certificate that nobody trusts: URL, certificate, headers received."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(dict(self.headers))
            self.send_response(200)
            self.send_header("X-Request-Id", "req_01k0000000000000000000000")
            self.end_headers()
            self.wfile.write(b'{"now": "2026-03-02T09:00:00Z", "frozen": false, "next_due": null}')

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}", folder / "ca.pem", requests
        server.shutdown()


def test_certificates_of_ones_own_and_headers_hold_on_this_machine(shell, secured, monkeypatch):
    url, ca, requests = secured
    status, _, said = shell("clock show --url", url)
    assert status == 3
    assert "trust its certificates with --ca-bundle, or with SSL_CERT_FILE" in said
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")  # not what is trusted, where something else is given
    assert shell("clock show --header X-Tenant:blue --ca-bundle", str(ca), "--url", url)[0] == 0
    assert requests[-1]["X-Tenant"] == "blue"
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    assert shell("clock show --url", url)[0] == 0
    assert "holds no certificate" in shell("clock show --ca-bundle", __file__)[2]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:99999", "http://me:sesame@127.0.0.1:4010"])
@pytest.mark.parametrize("by_variable", [False, True])
def test_a_url_that_leads_nowhere_is_named_by_what_gave_it(shell, monkeypatch, url, by_variable):
    if by_variable:
        monkeypatch.setenv("SEQUENCES_SANDBOX_URL", url)
    status, _, said = shell("clock show", *([] if by_variable else [f"--url={url}"]))
    assert (status, said.count("\n"), "sesame" in said) == (2, 1, False)
    assert ("SEQUENCES_SANDBOX_URL: " if by_variable else "--url: ") in said


def test_a_url_of_the_environment_that_goes_before_the_current_world_is_told(shell, at, monkeypatch, sequences_sandbox):
    shell("worlds create --name mine", at)
    assert "note" not in shell("world use mine")[2]
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", sequences_sandbox.url.replace("127.0.0.1", "localhost"))
    assert "which goes before the current world's http://127.0.0.1" in shell("world use mine")[2]
    assert shell("world use mine --url http://127.0.0.1:9")[0] == 2
    assert shell("world use mine", at)[0] == 0


def test_no_proxy_is_asked_for_what_runs_on_this_machine(shell, at, monkeypatch):
    for name in PROXIES[:3]:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert shell("clock show", at)[0] == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://:secret@127.0.0.1:9", "ALL_PROXY names a SOCKS proxy"),
        ("HTTPS_PROXY", "ftp://me:secret@127.0.0.1:9", "HTTPS_PROXY is not the URL of a proxy"),
        ("HTTPS_PROXY", "http://me:secret@127.0.0.1:9", "The proxy http://127.0.0.1:9 that HTTPS_PROXY names gives no"),
        ("SSL_CERT_FILE", "/absent.pem", "SSL_CERT_FILE"),
        ("SEQUENCES_SANDBOX_KEY", "", "SEQUENCES_SANDBOX_KEY: it is empty"),
        ("SEQUENCES_SANDBOX_KEY", "secret\nsecret", "SEQUENCES_SANDBOX_KEY: it holds white space"),
        ("SEQUENCES_SANDBOX_KEY", "sécret", "SEQUENCES_SANDBOX_KEY: it holds white space"),
        ("SEQUENCES_SANDBOX_TIMEOUT", "soon", "SEQUENCES_SANDBOX_TIMEOUT"),
        ("SEQUENCES_SANDBOX_CA_BUNDLE", "/absent.pem", "SEQUENCES_SANDBOX_CA_BUNDLE"),
    ],
)
@pytest.mark.parametrize("verb", ["clock show", "events --json"])
def test_what_the_environment_says_and_cannot_be_used_is_one_sentence_and_status_2(
    shell, monkeypatch, verb, name, value, words
):
    monkeypatch.setenv(name, value)
    status, _, said = shell(verb, "--url https://sandbox.invalid")
    assert status == 2
    assert words in said
    assert said.count("\n") == 1
    assert "cret" not in said


def test_a_url_that_is_none_is_told_by_what_gave_it(shell, monkeypatch):
    assert "--url: 'nowhere' is not the URL" in shell("clock show --url nowhere")[2]
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", "nowhere")
    assert "SEQUENCES_SANDBOX_URL: 'nowhere' is not the URL" in shell("clock show")[2]


@pytest.mark.parametrize(
    ("name", "meant"), [("KYE", "KEY"), ("ULR", "URL"), ("TIMOUT", "TIMEOUT"), ("ADMIN_TOKEN_FIEL", "ADMIN_TOKEN_FILE")]
)
@pytest.mark.parametrize("verb", ["clock show", "journal tail", "world use", "worlds create"])
def test_a_misspelt_variable_stops_a_verb_with_the_name_that_was_meant(shell, monkeypatch, verb, name, meant):
    monkeypatch.setenv(f"SEQUENCES_SANDBOX_{name}", "secret")
    said = f"SEQUENCES_SANDBOX_{name} is no setting; did you mean SEQUENCES_SANDBOX_{meant}?"
    assert shell(verb) == (2, "", f"sequences-sandbox: {said}\n")
    assert json.loads(shell(verb, "--json")[2])["error"] == said


@pytest.mark.parametrize("read_by", [serve.add_to, lambda commands: add_reach(commands.add_parser("serve"), "")])
def test_a_verb_takes_no_variable_that_is_read_somewhere_for_a_misspelt_one(read_by, monkeypatch):
    parser = argparse.ArgumentParser()
    read_by(parser.add_subparsers())
    names = vars(parser.parse_args(["serve"]))
    assert len(names) > 5
    for name in names:
        monkeypatch.setenv(f"SEQUENCES_SANDBOX_{name.upper()}", "1")
    assert misspelling() is None


@pytest.mark.parametrize(
    "name", ["KEY_2", "KEY_B", "KEYS", "URL_2", "IMAGE_TAG", "PAGE", "TIME", "ADMIN_KEY", "COLOUR"]
)
def test_a_variable_of_somebody_elses_is_no_misspelt_one(monkeypatch, name):
    monkeypatch.setenv(f"SEQUENCES_SANDBOX_{name}", "1")
    assert misspelling() is None


def test_what_kubernetes_sets_for_a_service_is_no_misspelt_variable(shell, at, monkeypatch):
    for name, value in SERVICE_LINKS.items():
        for service in ("", "KEY_", "URL_"):
            monkeypatch.setenv(f"SEQUENCES_SANDBOX_{service}{name}", value)
    status, _, said = shell("clock show", at)
    assert (status, said) == (0, "")


@pytest.mark.parametrize(
    ("line", "status"),
    [("clock show --jsn --json", 2), ("clock show --url http://127.0.0.1:9 --json", 3), ("clock advance 2d --json", 2)],
)
def test_errors_are_json_where_json_is_asked_for(shell, at, line, status):
    ended, shown, said = shell(line, "" if "--url" in line else at)
    error = json.loads(said.splitlines()[-1])  # other tests of this process leave a log behind
    assert (ended, error["exit_status"], shown) == (status, status, "")
    assert error["error"]
    assert (error["issue"] or {}).get("type") == ("ValidationIssue" if "2d" in line else None)


@pytest.mark.parametrize(
    ("line", "meant"),
    [("wrld", "world"), ("clock shw", "show"), ("clock advance --too x", "--to"), ("faults add --close befor", "before"),
     ("serve --prot 1", "--port")],
)  # fmt: skip
def test_what_was_meant_is_guessed(shell, line, meant):
    status, _, said = shell(line)
    assert (status, said.count("\n")) == (2, 1)
    assert f"did you mean {meant}?" in said


@pytest.mark.parametrize("line", ["--key topo_secret clock show", "clock --key=topo_secret show", "--json clock show"])
def test_options_before_the_command_are_told_their_place_and_not_repeated(shell, line):
    status, _, said = shell(line)
    assert (status, "topo_secret" in said) == (2, False)
    assert f"there is no option {'--json' if 'json' in line else '--key'} here; give options after the command" in said


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection"])
def test_headers_that_a_request_is_framed_by_cannot_be_given(shell, at, name):
    status, _, said = shell("clock show", at, f"--header {name}:5")
    assert (status, said.count("\n")) == (2, 1)
    assert f"{name} is made from the request; leave it out" in said


@pytest.mark.parametrize(
    "line", ["clock show", "journal list", "history ab", "worlds create", "world use --key topo_x"]
)
@pytest.mark.parametrize("body", [b"[1]", b"{}", b'{"items": [1]}'])
def test_json_of_another_server_is_no_traceback(shell, line, body):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status, _, said = shell(line, f"--url http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (status, said.count("\n")) == (3, 1)
    assert "is that a sandbox?" in said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only some systems have a device that is always full")
def test_output_that_has_no_place_is_one_sentence():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "sequences_sandbox", "completion", "bash"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "the output cannot be written" in ended.stderr
