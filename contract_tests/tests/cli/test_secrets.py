"""What is secret stays so: in reports, messages, and whatever a target repeats."""

import json

import pytest

from ..conftest import KEY
from ..odd_servers import answering, say

NOWHERE = "http://127.0.0.1:1/v1"


@pytest.mark.parametrize("flag", ["--url", "--control"])
@pytest.mark.parametrize(
    "url",
    [
        "http://user:hunter2@127.0.0.1:1/v1",
        "http://hunter2@127.0.0.1:1",
        "ftp://u:hunter2@h/v1",
        "http://u:hunter2/x@h",
        "u:hunter2@h",
    ],
)
def test_a_url_with_a_password_is_rejected_and_the_password_not_repeated(check, flag, url):
    status, text = check(url) if flag == "--url" else check(NOWHERE, "--control", url)
    assert status == 2
    assert "hunter2" not in text
    assert "sequences-contract: --" in text


def test_nothing_secret_is_told_although_the_target_repeats_it(check, tmp_path, monkeypatch):
    keys = {"read": "topo_readSecret", "write": "topo_writeSecret", "other": "topo_otherSecret"}
    for role, key in keys.items():
        monkeypatch.setenv(f"SEQUENCES_CONTRACT_{role.upper()}_KEY", key)

    def repeat(request):
        body = json.dumps({"items": [request.headers["Authorization"], request.headers["X-Gateway"], request.path]})
        say(body.encode(), "application/json", 200 if "Gateway" not in request.path else 500)(request)

    flags = [part for name in ("json", "junit", "html", "sarif") for part in (f"--report-{name}", tmp_path / name)]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    with answering(repeat) as url:
        options = ("--header", "X-Gateway: gatewaySecret", "--allow-writes", "--max-examples", "5")
        rules = [
            part
            for name in ("shape", "scope", "access", "list", "robustness.listSequences")
            for part in ("--rule", name)
        ]
        status, text = check(url, *options, *rules, *flags)
    assert status == 1
    shown = [text, *(path.read_text("utf-8") for path in tmp_path.iterdir())]
    assert len(shown) == 6
    for secret in (KEY, "gatewaySecret", *keys.values()):
        assert not [one[max(0, one.find(secret) - 80) :][:160] for one in shown if secret in one]
    assert "$SEQUENCES_CONTRACT_KEY" in text


@pytest.mark.parametrize(
    "words", [["--apikey", "hunter2"], ["--token=hunter2"], ["http://u:hunter2@h"], ["--header", "hunter2"]]
)
def test_what_is_given_to_no_option_is_not_repeated(check, words):
    status, text = check(NOWHERE, *words)
    assert status == 2
    assert "hunter2" not in text
    assert "sequences-contract" in text
