"""Proxies, certificates and keys of the environment, and what is left behind."""

import subprocess
import sys

import pytest
from sequences_contract.cli import main
from sequences_contract.http.connection import on_this_machine, way_to

from ..conftest import KEY

ELSEWHERE = "https://target.invalid/v1"


@pytest.fixture
def bare(bare_environment, monkeypatch):
    """No proxy and no certificates in the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


@pytest.mark.usefixtures("bare")
def test_no_proxy_is_asked_for_what_runs_on_this_machine_and_no_folder_is_left(check, sound, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    options = ("--control", sound.removesuffix("/v1"), "--allow-writes", "--allow-stops", "all", "--max-examples", "5")
    rules = [word for name in ("get", "robustness.getMe", "journeys") for word in ("--rule", name)]
    status, text = check(sound, *options, *rules, "--accept-unexercised")
    assert status == 0, text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "here"),
    [("http://127.3.2.1", True), ("http://[::1]:1/v1", True), ("http://localhost:1", True), ("http://a.localhost", True),
     ("http://127.1", True), ("http://2130706433", True), ("http://[::ffff:127.0.0.1]", True), ("http://0.0.0.0:1", True),
     ("http://[::]:1", True), ("http://localhost.:1", True), ("http://[::ffff:192.0.2.1]", False),
     ("http://localhost.example", False), ("http://192.0.2.1", False), ("http://[2001:db8::1]", False)],
)  # fmt: skip
def test_this_machine_is_known_by_its_address(url, here):
    assert on_this_machine(url) is here


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [("ALL_PROXY", "socks5://:sesame@127.0.0.1:9", "ALL_PROXY names a SOCKS proxy; install the package socksio,"),
     ("https_proxy", "socks5://127.0.0.1:9", "https_proxy names a SOCKS proxy"),
     ("HTTPS_PROXY", "ftp://:sesame@127.0.0.1:9", "HTTPS_PROXY is not the URL of a proxy; set it to one such as"),
     ("HTTPS_PROXY", "http://me:ses/ame@127.0.0.1:9", "HTTPS_PROXY is not the URL of a proxy"),
     ("SSL_CERT_FILE", "/absent.pem", "SSL_CERT_FILE /absent.pem cannot be used")],
)  # fmt: skip
@pytest.mark.parametrize("flag", ["--url", "--control"])
def test_settings_that_cannot_be_used_are_one_sentence_and_status_2(check, monkeypatch, variable, value, words, flag):
    monkeypatch.setenv(variable, value)
    status, text = check(ELSEWHERE) if flag == "--url" else check("http://127.0.0.1:1/v1", "--control", ELSEWHERE)
    assert status == 2
    assert text.startswith(f"sequences-contract: {words}")
    assert text.count("\n") == 1
    assert "ses" not in text


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("variable", "url"), [("HTTP_PROXY", "http://target.invalid/v1"), ("all_proxy", ELSEWHERE)])
@pytest.mark.parametrize("proxy", ["127.0.0.1:9", "proxy.invalid:9"])
@pytest.mark.parametrize("flag", ["--url", "--control"])
def test_a_proxy_that_gives_no_connection_is_named_with_its_variable(check, monkeypatch, variable, url, proxy, flag):
    monkeypatch.setenv(variable, f"http://me:sesame@{proxy}")
    status, text = check(url) if flag == "--url" else check("http://127.0.0.1:1/v1", "--control", url)
    text = " ".join(text.split())
    assert status == 2
    assert f"through the proxy http://{proxy} that {variable} names: [Errno" in text
    assert "; correct that variable, or name the host in NO_PROXY" in text
    assert "sesame" not in text


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("excepted", ["target.invalid", ".invalid", "target.invalid:4010", "*", "[::1], invalid"])
def test_a_host_that_is_excepted_is_reached_without_a_proxy(monkeypatch, excepted):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert way_to("https://target.invalid:4010/v1") == ""


BAD_SECRETS = (
    ("", "is empty"), ("hunter2 hunter2", "holds white space"), ("hunter2\n", "holds white space"),
    ("schlüssel", "no header"), ("short", "too short"),
)  # fmt: skip


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("variable", "secret", "words"),
    [
        *(("SEQUENCES_CONTRACT_KEY", *bad) for bad in BAD_SECRETS),
        *(("SEQUENCES_CONTRACT_ADMIN_TOKEN", *bad) for bad in BAD_SECRETS),
        *(("SEQUENCES_CONTRACT_READ_KEY", *bad) for bad in BAD_SECRETS[1:]),
    ],
)
def test_a_key_that_cannot_be_sent_is_named_by_its_variable_and_not_repeated(
    check, monkeypatch, variable, secret, words
):
    monkeypatch.setenv("SEQUENCES_CONTRACT_KEY", KEY)
    monkeypatch.setenv(variable, secret)
    status, text = check("http://127.0.0.1:1/v1", "--control", "http://127.0.0.1:1", key=None)
    assert (status, text.count("\n")) == (2, 1)
    assert text.startswith(f"sequences-contract: {variable} ")
    assert words in text
    assert "hunter2" not in text
    assert "schl" not in text


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "meant"),
    [("KYE", "KEY"), ("RAED_KEY", "READ_KEY"), ("OTHERKEY", "OTHER_KEY"), ("ADMIN_TOKN", "ADMIN_TOKEN")],
)
def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(check, capsys, monkeypatch, tmp_path, name, meant):
    monkeypatch.setenv(f"SEQUENCES_CONTRACT_{name}", "topo_secret")
    said = f"sequences-contract: SEQUENCES_CONTRACT_{name} is no setting; did you mean SEQUENCES_CONTRACT_{meant}?\n"
    assert check("http://127.0.0.1:1/v1") == (2, said)
    assert main(["drift", "--record", str(tmp_path), "--against", "http://127.0.0.1:1/v1"]) == 2
    assert capsys.readouterr().err == said


@pytest.mark.usefixtures("bare")
def test_what_kubernetes_sets_for_a_service_is_no_misspelt_variable(check, monkeypatch):
    for name in ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_4010_TCP", "PORT_4010_TCP_ADDR", "KEY_SERVICE_HOST"):
        monkeypatch.setenv(f"SEQUENCES_CONTRACT_{name}", "10.3.4.5")
    assert "cannot connect" in check("http://127.0.0.1:1/v1")[1]


def test_without_its_extra_only_check_says_so():
    program = """if True:
        import sys
        sys.modules["hypothesis"] = sys.modules["schemathesis"] = sys.modules["pytest"] = None
        from sequences_contract.cli import main
        for command in (["rules"], ["check", "--url", "http://127.0.0.1:1"], ["--version"]):
            print("status", main(command))"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "journeys.model" in ended.stdout
    assert "status 0\nstatus 2\nsequences-contract " in ended.stdout
    assert "pip install '.[contract]'" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["chek"], "check"), (["check", "--allow-write"], "--allow-writes"), (["check", "--profile", "stric"], "strict")],
)
def test_what_was_meant_is_guessed(capsys, words, meant):
    with pytest.raises(SystemExit) as left:
        main([*words, "--url", "http://127.0.0.1:1"] if words != ["chek"] else words)
    text = capsys.readouterr().err
    assert left.value.code == 2
    assert f"did you mean {meant}?" in text
    assert text.count("\n") == 1


def test_a_fixture_that_ships_is_known_by_its_name(check):
    status, text = check("http://127.0.0.1:1/v1", "--fixture", "contract")
    assert "cannot connect" in text
    status, text = check("http://127.0.0.1:1/v1", "--fixture", "contracts")
    assert status == 2
    assert "contract" in text.split("one of")[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(capsys, shell):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "sequences-contract" in script
    assert "allow-stops" in script


@pytest.mark.usefixtures("bare")
def test_an_empty_variable_of_a_key_that_is_not_needed_is_a_key_that_is_not_given(check, monkeypatch):
    monkeypatch.setenv("SEQUENCES_CONTRACT_READ_KEY", "")
    status, text = check("http://127.0.0.1:1/v1")
    assert status == 2
    assert "SEQUENCES_CONTRACT_READ_KEY" not in text
    assert "127.0.0.1:1" in text
