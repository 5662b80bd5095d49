"""The command, as a backend engineer meets it: targets that cannot be tested, wrong options, reports, expected failures."""

import http.server
import json
import socket
import socketserver
import threading
import xml.etree.ElementTree as ET
from contextlib import contextmanager

import httpx
import pytest
from sequences_contract.cli import main
from sequences_contract.contract import load_contract

from .mutants import FIXTURE
from .specimen import serve

KEY = "topo_contract_readwrite"


@pytest.fixture(autouse=True)
def no_keys_in_the_environment(monkeypatch):
    for name in ("KEY", "READ_KEY", "WRITE_KEY", "NOSCOPE_KEY", "OTHER_KEY"):
        monkeypatch.delenv(f"SEQUENCES_CONTRACT_{name}", raising=False)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def check(capsys):
    def run(url, *options, key=KEY):
        status = main(["check", "--url", url, *(["--key", key] if key else []), *options])
        out, err = capsys.readouterr()
        assert KEY not in out + err
        return status, out + err

    return run


@pytest.fixture(scope="module")
def specimen():
    with serve(FIXTURE) as url:
        yield url


@contextmanager
def answering(handle):
    """A server that does with each connection what it likes."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            handle(self)

        def log_message(self, *_):
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def say(body, kind="text/html", status=200):
    def handle(request):
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return handle


def test_an_unreachable_target_cannot_be_tested(check):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    status, text = check(url)
    assert status == 2
    assert "cannot connect" in text


def test_a_refused_key_is_named_as_such(check, specimen):
    status, text = check(specimen, key="topo_wrong")
    assert status == 2
    assert "the key is refused (401)" in text


def test_a_server_that_answers_html_is_no_sequences_api(check):
    with answering(say(b"<h1>Welcome</h1>")) as url:
        status, text = check(url)
    assert status == 2
    assert "does not answer as a Sequences API" in text


def test_a_server_that_hangs_cannot_be_tested(check):
    hold = threading.Event()
    with answering(lambda request: hold.wait(20)) as url:
        status, text = check(url, "--timeout", "0.3")
        hold.set()
    assert status == 2
    assert "no complete answer within 0.3 s" in text


def test_a_target_that_dies_midway_is_told_with_what_was_judged(check):
    page = json.dumps({"items": [], "total_count": 0, "total_pages": 0, "has_more": False}).encode()
    count = 0

    def handle(request):
        nonlocal count
        count += 1
        if count > 3:
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
        else:
            say(page, "application/json")(request)

    with answering(handle) as url:
        status, text = check(url, "--rule", "access.list")
    assert status == 2
    assert "cannot be tested" in text


def test_an_empty_organization_leaves_rules_untried_and_says_what_to_load(check):
    document = {"organizations": [{
        "id": "53df0b1a-75a6-4f6d-acb2-5184a680e017", "name": "Empty", "contacts": [], "contact_lists": [],
        "api_keys": [{"id": "53df0b1a-75a6-4f6d-acb2-5184a680e018", "token": KEY, "name": "all",
            "scopes": ["sequences:read", "sequences:write"]}],
        "sequence_templates": [], "sequences": [],
    }]}  # fmt: skip
    with serve(document) as url:
        status, text = check(url, "--rule", "get", "--rule", "list")
        accepted, _ = check(url, "--rule", "get", "--rule", "list", "--accept-unexercised")
    assert (status, accepted) == (3, 0)
    assert "the organization has no run" in text


def test_reading_alone_never_writes(check, specimen):
    before = httpx.get(
        f"{specimen}/sequences?size=100&sort_by=updated_at", headers={"Authorization": f"Bearer {KEY}"}
    ).json()
    status, text = check(specimen, "--rule", "access", "--rule", "update", "--rule", "stop")
    assert status == 0
    assert "--allow-writes" in text
    after = httpx.get(
        f"{specimen}/sequences?size=100&sort_by=updated_at", headers={"Authorization": f"Bearer {KEY}"}
    ).json()
    assert after == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "nonsense", "--key", "k"], "is no URL"),
        (["--url", "http://127.0.0.1:1/v1"], "SEQUENCES_CONTRACT_KEY"),
        (["--url", "http://127.0.0.1:1/v1", "--key", "k", "--rule", "lisst"], "is no rule"),
        (["--url", "http://127.0.0.1:1/v1", "--key", "k", "--allow-stops", "3"], "--allow-writes"),
        (["--url", "http://127.0.0.1:1/v1", "--key", "k", "--fixture", "absent.yaml"], "absent.yaml"),
        (["--url", "http://127.0.0.1:1/v1", "--key", "k", "--ca-bundle", "absent.pem"], "absent.pem"),
        (["--url", "http://127.0.0.1:1/v1", "--key", "k", "--expect-failures", "absent.txt"], "absent.txt"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(capsys, options, words):
    assert main(["check", *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [
        ["--allow-stops", "some"],
        ["--rate", "fast"],
        ["--header", "Authorization: x"],
        ["--seed", "x"],
        ["--timeout", "0"],
    ],
)
def test_a_malformed_option_is_a_usage_error(capsys, option):
    with pytest.raises(SystemExit) as caught:
        main(["check", "--url", "http://127.0.0.1:1/v1", "--key", "k", *option])
    assert caught.value.code == 2
    assert option[0] in capsys.readouterr().err


@pytest.fixture
def faulty():
    with serve(FIXTURE, faults=["desc_ignored"]) as url:
        yield url


def test_a_violation_is_shown_with_sentence_curl_and_place(check, faulty):
    status, text = check(faulty, "--rule", "list.sort")
    assert status == 1
    for word in (
        "violated",
        "list.sort",
        "expected",
        "got",
        "curl -sS",
        "$SEQUENCES_CONTRACT_KEY",
        "openapi.yaml:",
        "(exit 1)",
    ):
        assert word in text
    assert max(len(block.splitlines()) for block in text.split("\n\n")) < 40


def test_reports_hold_every_rule_and_no_key(check, faulty, tmp_path):
    paths = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html", "sarif")}
    flags = [part for name, path in paths.items() for part in (f"--report-{name}", str(path))]
    status, _ = check(faulty, "--rule", "list.sort", "--rule", "shape", *flags)
    assert status == 1
    for path in paths.values():
        assert KEY not in path.read_text(encoding="utf-8")
    document = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert {"target", "profile", "seed", "rules", "totals"} <= set(document)
    violated = [rule for rule in document["rules"] if rule["verdict"] == "violated"]
    assert violated
    assert all(rule["evidence"][0]["curl"] and rule["sentence"] and rule["judged"] for rule in violated)
    assert document["totals"]["violated"] == len(violated)
    suite = ET.parse(paths["junit"]).getroot().find("testsuite")
    assert len(suite.findall("testcase")) == len(document["rules"]) == int(suite.get("tests"))
    assert len(suite.findall("testcase/failure")) == len(violated) == int(suite.get("failures"))
    sarif = json.loads(paths["sarif"].read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0"
    results = sarif["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [rule["id"] for rule in violated]
    lines = load_contract().path.read_text(encoding="utf-8").splitlines()
    for result in results:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 < region["startLine"] <= len(lines)
        assert result["partialFingerprints"]
    page = paths["html"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "src=" not in page
    assert violated[0]["id"] in page


def test_expected_failures_are_accepted_with_a_reason_and_cannot_rot(check, faulty, tmp_path):
    listed = tmp_path / "known.txt"
    listed.write_text("list.sort  ascending only until the next release\n", encoding="utf-8")
    status, text = check(faulty, "--rule", "list.sort", "--expect-failures", str(listed))
    assert status == 0
    assert "ascending only until the next release" in text
    listed.write_text("list.sort why\nget.unknown it was wrong once\n", encoding="utf-8")
    status, text = check(faulty, "--rule", "list.sort", "--rule", "get.unknown", "--expect-failures", str(listed))
    assert status == 1
    assert "'get.unknown' is expected to fail and passes" in text
    for broken, words in (("list.sort\n", "has no reason"), ("nothing.such why\n", "is no rule")):
        listed.write_text(broken, encoding="utf-8")
        status, text = check(faulty, "--rule", "list.sort", "--expect-failures", str(listed))
        assert status == 2
        assert f"{listed}:1" in text
        assert words in text


def test_on_github_actions_annotations_and_a_summary_come_by_themselves(check, faulty, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _, text = check(faulty, "--rule", "list.sort")
    errors = [line for line in text.splitlines() if line.startswith("::error file=openapi.yaml,line=")]
    assert 1 <= len(errors) <= 10
    assert "list.sort" in summary.read_text(encoding="utf-8")


def test_the_same_seed_asks_the_same_questions(check):
    texts = []
    for _ in (1, 2):
        with serve(FIXTURE) as url:
            _, text = check(url, "--rule", "list.pages", "--seed", "7")
            texts.append(text.split(" in ")[0].rsplit(";", 1)[0])
    assert texts[0] == texts[1]


def test_rules_are_listed(capsys):
    assert main(["rules"]) == 0
    assert "pause.resumes_by_itself" in capsys.readouterr().out
    assert main(["rules", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Statements and rules")
