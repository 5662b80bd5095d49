"""Targets that cannot be tested, as a backend engineer meets them: one sentence that says how to fix it, and status 2."""

import json
import ssl
import subprocess
import threading

import pytest

from ..mutants import FIXTURE
from ..odd_servers import EMPTY_PAGE, answering, say, unused_port
from ..reference_server import serve


def sentence(text):
    """The reason, on one line; beside it there are only the rules that were not reached, and the totals."""
    reason = " ".join(text[text.index("cannot be tested") :].split())
    reason = reason[: reason.index("the target could not be tested (exit 2)")].strip()
    assert "violated  " not in text
    assert "not reached" in text
    assert "0 rules passed, 0 violated" in text
    assert len(reason) < 320
    return reason


def test_nothing_listens(check):
    status, text = check(f"http://127.0.0.1:{unused_port()}/v1")
    assert status == 2
    assert "cannot connect" in sentence(text)
    assert "check that the server runs" in sentence(text)


def test_no_such_host(check):
    status, text = check("http://no-such-host.invalid/v1")
    assert status == 2
    assert "spelt correctly" in sentence(text)


def test_a_wrong_key(check, sound):
    status, text = check(sound, key="topo_wrong")
    assert status == 2
    assert "the key is rejected (401); give --key one that the target knows" in sentence(text)


def test_a_key_that_only_writes(check, sound):
    status, text = check(sound, key="topo_contract_writeonly")
    assert status == 2
    assert "the key is rejected (403): it may not read" in sentence(text)


def test_a_key_that_only_reads_where_writes_are_wanted(check, sound):
    status, text = check(sound, "--allow-writes", key="topo_contract_readonly")
    assert status == 2
    assert "the key may not write (403)" in sentence(text)
    assert check(sound, "--rule", "get", key="topo_contract_readonly")[0] == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<h1>Welcome</h1>", "text/html"), (b"", ""), (b"pong", "text/plain"), (b"\xff\x00", "image/png")],
)
def test_an_response_that_is_not_json(check, body, kind):
    with answering(say(body, kind)) as url:
        status, text = check(url)
    assert status == 2
    assert "is not a Sequences API" in sentence(text)


def test_html_from_a_gateway_in_trouble(check):
    with answering(say(b"<h1>Bad gateway</h1>", status=502)) as url:
        status, text = check(url)
    assert status == 2
    assert "502" in sentence(text)


def test_a_server_that_hangs(check):
    hold = threading.Event()
    with answering(lambda request: hold.wait(20)) as url:
        status, text = check(url, "--timeout", "0.3")
        hold.set()
    assert status == 2
    assert "no complete response within 0.3 s; check whether the server hangs, or raise --timeout" in sentence(text)


def test_the_base_path_is_forgotten(check, sound):
    status, text = check(sound.removesuffix("/v1"))
    assert status == 2
    assert "--url must end in the base path" in sentence(text)
    assert f"{sound} does respond" in sentence(text)


def test_the_base_path_is_wrong(check, sound):
    status, text = check(f"{sound.removesuffix('/v1')}/v2")
    assert status == 2
    assert "is not found (404); --url must end in the base path" in sentence(text)


def test_the_base_path_is_doubled(check, sound):
    status, text = check(f"{sound}/v1")
    assert status == 2
    assert "is not found (404)" in sentence(text)


def test_a_redirect_to_a_login_page(check):
    with answering(say(b"", status=302, Location="https://login.example/?next=/v1/sequences")) as url:
        status, text = check(url)
    assert status == 2
    assert "redirects (302) to https://login.example/" in sentence(text)


def test_a_redirect_elsewhere(check):
    with answering(say(b"", status=308, Location="https://api.example/v1/sequences")) as url:
        status, text = check(url)
    assert status == 2
    assert "redirects (308) to https://api.example/v1/sequences; give --url the address" in sentence(text)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's side of TLS with a certificate that nobody trusts, and that certificate's file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, folder / "certificate.pem"


def test_https_where_http_is_spoken(check, sound):
    status, text = check(sound.replace("http://", "https://"), "--timeout", "0.5")
    assert status == 2
    assert "check that the port speaks TLS at all, else give --url with http://" in sentence(text)


def test_https_where_http_is_spoken_and_tls_rejected(check):
    with answering(say(EMPTY_PAGE, "application/json")) as url:
        status, text = check(url.replace("http://", "https://"))
    assert status == 2
    assert "does not speak TLS on that port; give --url with http://" in sentence(text)


def test_http_where_https_is_spoken(check, tls):
    with answering(say(EMPTY_PAGE, "application/json"), tls[0]) as url:
        status, text = check(url.replace("https://", "http://"))
    assert status == 2
    assert "check whether that port wants https:// in --url" in sentence(text)


def test_headers_and_certificates_hold_for_the_control_api_too(check, tls):
    tenants = []

    def handle(request):
        tenants.append((request.path, request.headers["X-Tenant"]))
        say(EMPTY_PAGE, "application/json", 403)(request)

    with answering(handle, tls[0]) as url:
        status, text = check(
            "http://127.0.0.1:1/v1",
            "--control",
            url.removesuffix("/v1"),
            "--ca-bundle",
            tls[1],
            "--header",
            "X-Tenant: blue",
        )
    assert status == 2
    assert "rejected POST /worlds: 403" in sentence(text)
    assert tenants == [("/_sandbox/worlds", "blue")]


def test_a_certificate_that_nobody_trusts(check, tls, monkeypatch):
    with answering(say(EMPTY_PAGE, "application/json"), tls[0]) as url:
        status, text = check(url)
        rule = ("--rule", "list.listSequences.pages.nothing", "--accept-unexercised")
        trusted, _ = check(url, "--ca-bundle", tls[1], *rule)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
        trusted_by_all, _ = check(url, *rule)
    assert status == 2
    assert "give --ca-bundle" in sentence(text)
    assert trusted in (0, 1)
    assert trusted_by_all == trusted


def test_a_control_api_that_does_not_response(check, sound):
    status, text = check(sound, "--control", f"http://127.0.0.1:{unused_port()}")
    assert status == 2
    assert "no control API responds at" in sentence(text)


def test_an_empty_organization_leaves_rules_untried_and_says_what_to_load(check):
    with serve(FIXTURE.with_name("empty.yaml")) as url:
        options = ("--rule", "get", "--rule", "list")
        status, text = check(url, *options, key="topo_empty_readwrite")
        accepted, _ = check(url, *options, "--accept-unexercised", key="topo_empty_readwrite")
    assert (status, accepted) == (3, 0), text
    assert "there are no sequences" in text


@pytest.mark.parametrize("body", [{"hello": 1}, [{"id": "1"}], 7], ids=["object", "list", "number"])
def test_json_that_has_nothing_of_a_page(check, body):
    with answering(say(json.dumps(body).encode(), "application/json")) as url:
        status, text = check(url)
    assert status == 2
    assert "JSON with none of items, total_count, total_pages, has_more" in sentence(text)


WRONG_PAGES = {
    "an object of items alone": {"items": []},
    "an object without items": {"data": [], "total_count": 0},
    "numbers as texts": {"items": [], "total_count": "0", "total_pages": "0", "has_more": "false"},
    "items that are no runs": {"items": [1, None, {}], "total_count": 3, "total_pages": 1, "has_more": False},
}


@pytest.mark.parametrize("page", WRONG_PAGES.values(), ids=WRONG_PAGES)
def test_a_first_page_of_a_wrong_shape_is_a_violation(check, page):
    with answering(say(json.dumps(page).encode(), "application/json")) as url:
        status, text = check(url, "--rule", "shape", "--rule", "list.listSequences.pages.partition", "--rule", "get")
    assert status == 1
    assert "violated  " in text


@pytest.mark.parametrize("body", [b'{"items": [', b"", b"[" * 100_000], ids=["cut", "empty", "deep"])
def test_what_claims_to_be_json_and_is_not_is_a_violation(check, body):
    with answering(say(body, "application/json")) as url:
        status, text = check(url, "--rule", "shape", "--rule", "list.listSequences.pages.partition")
    assert status == 1
    assert "violated  " in text


def test_a_server_failure_at_the_first_page_is_a_violation(check):
    body = {"status_code": 500, "type": "InternalIssue", "message": "Oh.", "request_id": "req_0"}
    with answering(say(json.dumps(body).encode(), "application/json", 500)) as url:
        status, text = check(url, "--rule", "shape.no_server_failure")
    assert status == 1
    assert "500" in text
