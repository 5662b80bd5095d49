"""The command line in a process of its own: what it prints, how it stops, and how it fails."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
from sequences_sandbox import __version__
from sequences_sandbox.cli import main
from sequences_sandbox.cli.banner import banner
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.http.cors import parse_caller
from sequences_sandbox_client.cli.options import add_option, with_environment


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "sequences_sandbox", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def test_the_banner_names_url_keys_scopes_operations_and_a_line_that_works(running):
    sandbox = running()
    for token in (
        "topo_demo_readwrite",
        "topo_demo_readonly",
        "topo_demo_writeonly",
        "topo_demo_noscope",
        "topo_other_readwrite",
    ):
        assert token in sandbox.banner
    for operation in ("GET ", "PATCH ", "/pause", "/resume", "/stop", "sequences:read sequences:write", "no scope"):
        assert operation in sandbox.banner
    assert "/#key=topo_demo_readwrite " in sandbox.banner
    assert "\033" not in sandbox.banner
    line = next(line for line in sandbox.banner.splitlines() if line.strip().startswith("curl"))
    pasted = subprocess.run(f"{line} --silent", shell=True, capture_output=True, text=True, timeout=20, check=True)
    assert len(json.loads(pasted.stdout)["items"]) == 2


@pytest.mark.parametrize("colour", [False, True])
def test_the_banner_shows_a_name_and_does_not_let_it_speak_to_the_terminal(api, colour):
    fixture = api.app.fixture
    hostile_names = [
        replace(organization, name="a\x1b[2J\x07\nb\u202ec") for organization in fixture.documents["organizations"]
    ]
    hostile = replace(
        api.app, fixture=replace(fixture, documents={**fixture.documents, "organizations": hostile_names})
    )
    text = banner(hostile, "127.0.0.1", 4010, None, shared=False, colour=colour)
    assert r"a\u001b[2J\u0007\nb\u202ec" in text
    assert "\x1b[2J" not in text


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_at_once_and_cleanly(running, how):
    sandbox = running()
    sandbox.get("/sequences")
    status, errors = sandbox.stop(how)
    assert status == 0
    assert "Traceback" not in errors


def test_the_access_log_has_a_line_a_request_and_never_a_key(running):
    sandbox = running()
    sandbox.get("/sequences?size=1")
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.get("/topo_demo_readwrite")
    caught.value.close()
    _, errors = sandbox.stop()
    assert re.search(r"GET /v1/sequences 200 [\d.]+ ms req_\w{26}", errors)
    assert "GET /v1/topo_*** 404" in errors
    assert "topo_demo" not in errors


def test_the_access_log_can_be_json_or_left_out(running):
    sandbox = running("--log-format", "json")
    sandbox.get("/sequences")
    line = next(line for line in map(json.loads, sandbox.stop()[1].splitlines()) if "request_id" in line)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/sequences", 200)
    quiet = running("--log-level", "error")
    quiet.get("/sequences")
    assert quiet.stop()[1] == ""


def test_the_clock_begins_where_it_is_told_and_stands_when_frozen(running):
    sandbox = running("--clock", "2030-01-01T00:00:00Z", "--freeze", "--fixture", "every_status")
    runs = sandbox.get("/sequences", "topo_every_readwrite")["items"]
    assert {run["created_at"][:4] for run in runs} == {"2029"}


def test_options_can_come_from_the_environment(running):
    sandbox = running(SEQUENCES_SANDBOX_FIXTURE="empty", SEQUENCES_SANDBOX_LOG_LEVEL="warning")
    assert "fixture: empty" in sandbox.banner


def test_a_page_of_another_origin_may_call_by_default_on_loopback_and_not_with_no_cors(running):
    for arguments, allowed in (((), "*"), (("--no-cors",), None), (("--cors", "https://docs.example"), None)):
        sandbox = running(*arguments)
        request = urllib.request.Request(sandbox.base + "/sequences", headers={"Origin": "https://page.example"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert caught.value.headers.get("Access-Control-Allow-Origin") == allowed
        caught.value.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fixture", "dmeo"], ["dmeo", "demo"]),
        (["--fixture", "./absent.yaml"], ["absent.yaml"]),
        (["--clock", "tomorrow"], ["--clock 'tomorrow'", "2026"]),
        (["--clock", "2026-03-02T09:00:00"], ["offset"]),
        (["--host", "203.0.113.9"], ["203.0.113.9"]),
        (["--cors", "https://a.example", "--no-cors"], ["contradict"]),
        (["--cors", "https://€"], ["--cors", "no origin", "https://app.example"]),
        (["--cors", "https://a.b/c"], ["--cors", "no origin"]),
        (["--cors", "https://*.example"], ["--cors", "no origin"]),
    ],
)
def test_a_start_that_cannot_be_is_one_sentence_and_status_2(arguments, words):
    result = command("serve", "--port", "0", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr


def test_a_taken_port_is_named_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = command("serve", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "--port 0" in result.stderr


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "http", "no port"),
        ("PORT", "70000", "no port"),
        ("LOG_FORMAT", "xml", "text, json"),
        ("FREEZE", "maybe", "1 or 0"),
        ("HOST", "", "it is empty; give 127.0.0.1"),
        ("ADMIN_TOKEN", "", "it is empty; give 6 or more"),
        ("ADMIN_TOKEN", "two words", "it is no token; give 6 or more"),
        ("ADMIN_TOKEN", "short", "it is no token; give 6 or more"),
        ("ADMIN_TOKEN", "sésame-1234", "it is no token; give 6 or more"),
        ("PUBLIC_WORLDS", "1000000000", "is too large; 999999999 is the most"),
        ("PUBLIC_WORLDS", "many", "is no whole number"),
        ("PROT", "4010", "did you mean SEQUENCES_SANDBOX_PORT?"),
        ("ADMIN_TOKN", "sesame-1234", "did you mean SEQUENCES_SANDBOX_ADMIN_TOKEN?"),
        ("KYE", "topo_mine", "did you mean SEQUENCES_SANDBOX_KEY?"),
    ],
)
def test_a_bad_environment_variable_is_named(variable, value, words):
    result = command("serve", **{f"SEQUENCES_SANDBOX_{variable}": value})
    assert result.returncode == 2
    assert f"SEQUENCES_SANDBOX_{variable}" in result.stderr
    assert words in result.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"CLOCK": "tomorrow"}, "{CLOCK} 'tomorrow': "),
        ({"FIXTURE": "dmeo"}, "{FIXTURE}: dmeo: no fixture has this name"),
        ({"STORE": "mysql://a"}, "{STORE}: 'mysql' is no store"),
        ({"STORE": "postgresql://a", "RELOAD": "1"}, "worlds in memory; leave {STORE} out, or {RELOAD}."),
        ({"WORKERS": "2"}, "{WORKERS} 2 needs a store"),
        ({"STORE": "postgresql://a", "WORKERS": "3", "STORE_CONNECTIONS": "2"},
         "{STORE_CONNECTIONS} 2 is too few; give at least as many as {WORKERS} 3."),
        ({"CORS": "*", "NO_CORS": "1"}, "{CORS} and {NO_CORS} contradict each other"),
        ({"ROOT_PATH": "a b"}, "{ROOT_PATH}: 'a b' is no path"),
        ({"ADMIN_TOKEN_FILE": "/absent"}, "{ADMIN_TOKEN_FILE} /absent cannot be read"),
        ({"READY_FILE": "/absent/file", "PORT": "0"}, "{READY_FILE} /absent/file cannot be written"),
        ({"PUBLIC_WORLD_HOURS": "0"}, "{PUBLIC_WORLD_HOURS} 0 would let nobody"),
        ({"HOST": "203.0.113.9", "PORT": "0"}, "give another {HOST}."),
        ({"PORT": "1", "HOST": "203.0.113.9"}, "give another {HOST}."),
    ],
)  # fmt: skip
def test_a_value_that_came_from_a_variable_is_told_by_the_variable(environment, sentence):
    variables = {name: f"SEQUENCES_SANDBOX_{name}" for name in environment}
    result = command("serve", **{variables[name]: value for name, value in environment.items()})
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence.format(**variables) in result.stderr
    assert not [name for name in environment if f"--{name.lower().replace('_', '-')} " in result.stderr]


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [("--host", "", "it is empty"), ("--admin-token", "two words", "no space"), ("--admin-token", "", "it is empty")],
)
def test_a_value_that_cannot_serve_is_refused_and_a_token_not_repeated(flag, value, words):
    result = command("serve", "--port", "0", flag, value)
    assert result.returncode == 2
    assert f"argument {flag}: " in result.stderr
    assert words in result.stderr
    assert "two" not in result.stderr


def test_a_variable_of_another_command_stops_none(monkeypatch, capsys):
    monkeypatch.setenv("SEQUENCES_SANDBOX_PORT", "http")
    assert main(["diagram"]) == 0
    assert "stateDiagram" in capsys.readouterr().out


def test_a_variable_that_an_argument_overrules_is_not_read(running):
    assert running(SEQUENCES_SANDBOX_PORT="http").get("/sequences")


def test_a_list_that_is_given_in_parts_is_one_list(monkeypatch):
    monkeypatch.setenv("SEQUENCES_SANDBOX_TRUSTED_PROXY", "10.0.0.4")
    parser = argparse.ArgumentParser()
    add_option(parser, "--trusted-proxy", "proxies", nargs="+", metavar="ADDRESS")
    given = parser.parse_args(["--trusted-proxy", "10.0.0.1", "--trusted-proxy", "10.0.0.2", "10.0.0.3"])
    assert with_environment(given).trusted_proxy == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert with_environment(parser.parse_args([])).trusted_proxy == ["10.0.0.4"]


def test_variables_of_other_programs_stop_no_start_and_are_named_where_they_look_like_settings(running):
    prefix = "SEQUENCES_SANDBOX_"
    sandbox = running(
        **{f"{prefix}COLOUR_OF_THE_SKY": "blue", f"{prefix}URL": "http://a", f"{prefix}IMAGE": "sandbox:2"}
    )
    said = [line for line in sandbox.stop()[1].splitlines() if prefix in line]
    assert said == ["SEQUENCES_SANDBOX_COLOUR_OF_THE_SKY is no setting and changes nothing."]


SERVICE_LINKS = {
    "SERVICE_HOST": "10.3.4.5", "SERVICE_PORT": "4010", "SERVICE_PORT_HTTP": "4010", "PORT": "tcp://10.3.4.5:4010",
    "PORT_4010_TCP": "tcp://10.3.4.5:4010", "PORT_4010_TCP_PROTO": "tcp", "PORT_4010_TCP_PORT": "4010",
    "PORT_4010_TCP_ADDR": "10.3.4.5", "ADMIN_PORT": "tcp://10.3.4.6:4011", "ADMIN_SERVICE_HOST": "10.3.4.6",
}  # fmt: skip


def test_what_kubernetes_sets_for_a_service_of_the_same_name_is_ignored(running):
    sandbox = running(**{f"SEQUENCES_SANDBOX_{name}": value for name, value in SERVICE_LINKS.items()})
    assert sandbox.get("/sequences")
    assert "SEQUENCES_SANDBOX" not in sandbox.stop()[1]


@pytest.mark.parametrize(
    "name", ["https://a.example", "a.example:4010", "*", "*.example", "a.example,b.example", "", "a b"]
)
def test_a_host_name_that_could_never_match_is_rejected_at_start(name):
    result = command("serve", "--port", "0", "--allow-host", name)
    assert result.returncode == 2
    assert "argument --allow-host: " in result.stderr
    assert "such as sandbox.example" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--fix", "demo"], "there is no option --fix"),
        (["clock", "show", "--js"], "there is no option --js; did you mean --json?"),
        (["fixtures", "generate", "--seq", "1"], "--sequences"),
    ],
)
def test_an_option_is_taken_by_its_whole_name_only(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_the_admin_token_can_come_from_a_file(running, tmp_path):
    file = tmp_path / "token"
    file.write_text("sesame-1234\n")
    sandbox = running("--admin-token-file", str(file))
    url = f"{sandbox.base.removesuffix('/v1')}/_sandbox/worlds"
    for token, status in [("sesame-1234", 200), ("sesame-12345", 401)]:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                got = response.status
        except urllib.error.HTTPError as error:
            got = error.code
            error.close()
        assert got == status
    assert "sesame" not in sandbox.banner


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        (None, [], "cannot be read: No such file"),
        ("two words", [], "no token"),
        ("sesame-1234", ["--admin-token", "sesame-1234"], "contradict"),
    ],
)
def test_a_token_file_that_cannot_serve_is_named_and_its_content_is_not(tmp_path, content, more, words):
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    result = command("serve", "--port", "0", "--admin-token-file", str(file), *more)
    assert result.returncode == 2
    assert words in result.stderr
    assert content is None or content not in result.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_that_is_not_utf_8_ends_no_command(running, tmp_path, encoding):
    ready = tmp_path / "ready.json"
    name = "Ashgrove \u4f60\U0001f600"
    world = tmp_path / "world.yaml"
    empty = (shipped("fixtures") / "empty.yaml").read_text(encoding="utf-8")
    world.write_text(empty.replace("Blank Slate Example", name), encoding="utf-8")
    running("--ready-file", str(ready), "--fixture", str(world), PYTHONIOENCODING=encoding)
    told = json.loads(ready.read_text(encoding="utf-8"))
    options = ["--url", told["url"], "--key", told["keys"][0]["token"]]
    assert command("world", "show", *options, PYTHONIOENCODING=encoding).returncode == 0
    exported = command("export", *options, PYTHONIOENCODING=encoding)
    assert json.loads(exported.stdout)["organizations"][0]["name"] == name
    generated = subprocess.run(
        [sys.executable, "-m", "sequences_sandbox", "fixtures", "generate", "--sequences", "200"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, timeout=60, check=True,
    )  # fmt: skip
    assert "ü" in generated.stdout.decode("utf-8")


def test_the_ready_file_is_written_when_requests_are_answered_also_where_nobody_reads_the_banner(tmp_path):
    ready = tmp_path / "ready.json"
    reading, writing = os.pipe()
    os.close(reading)
    command_line = [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(command_line, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    try:
        while not ready.exists():
            assert process.poll() is None, process.stderr.read()
        url = json.loads(ready.read_text())["url"]
        with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=10) as response:
            assert response.status == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_in_json_every_line_of_the_log_is_json(running):
    sandbox = running("--log-format", "json", SEQUENCES_SANDBOX_COLOUR_OF_THE_SKY="blue")
    sandbox.get("/sequences?size=1")
    port = int(re.search(r":(\d+)/", sandbox.base)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(b"nonsense\r\n\r\n")
        assert b" 400 " in wire.recv(1000)
    lines = [json.loads(line) for line in sandbox.stop()[1].splitlines()]
    assert {line["level"] for line in lines} == {"info", "warning"}
    assert any("Shutting down" in line.get("message", "") for line in lines)
    assert {line["status"] for line in lines if line.get("client") == "127.0.0.1"} == {200, 400}
    assert [line["path"] for line in lines if "path" in line] == ["/v1/sequences"]


@pytest.mark.parametrize(
    "program",
    [
        "raise ValueError('a failure')",
        "import warnings; warnings.warn('a failure')",
        "import logging; logging.getLogger('uvicorn.error').error('a failure', exc_info=ValueError('a failure'))",
        "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
    ],
)
def test_failures_and_warnings_are_lines_of_json_too(program):
    code = f"from sequences_sandbox.cli.logs import configure; configure('json', 'info'); {program}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    (line,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert "failure" in line["message"] or "ZeroDivisionError" in line["traceback"]


def test_a_start_that_cannot_be_is_json_too_where_the_log_is():
    result = command("serve", "--log-format", "json", "--fixture", "dmeo")
    assert result.returncode == 2
    assert "did you mean" in json.loads(result.stderr)["message"]


def test_the_help_of_the_admin_token_names_the_way_that_nobody_sees(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "set SEQUENCES_SANDBOX_ADMIN_TOKEN instead" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("*", "*"),
        ("HTTPS://App.Example", "https://app.example"),
        ("https://app.example:443", "https://app.example"),
        ("http://app.example:443", "http://app.example:443"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://app.example:8443", "https://app.example:8443"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(text, origin):
    assert parse_caller(text) == origin


def test_version_and_help(capsys):
    for flag, word in (("--version", __version__), ("--help", "examples:")):
        with pytest.raises(SystemExit) as caught:
            main([flag])
        assert caught.value.code == 0
        assert word in capsys.readouterr().out


def test_the_diagram_is_the_lifecycle(capsys):
    assert main(["diagram"]) == 0
    assert capsys.readouterr().out.strip() == run_lifecycle(read_spec(shipped("openapi.yaml"))).mermaid()


def test_a_generated_world_can_be_served(running, tmp_path):
    world = tmp_path / "big.jsonl"
    assert main(["fixtures", "generate", "--sequences", "250", "--seed", "7", "--output", str(world)]) == 0
    sandbox = running("--fixture", str(world))
    token = re.search(r"topo_\w+", sandbox.banner)[0]
    assert sandbox.get("/sequences", token)["total_count"] > 0


def test_a_reader_that_leaves_early_is_no_failure():
    result = subprocess.run(
        f"{sys.executable} -m sequences_sandbox fixtures generate --sequences 20000 --seed 1 | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in result.stderr
