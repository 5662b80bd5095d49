"""The console's pages and files, without a browser: what they are allowed, and that they are what they say."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import sequences_sandbox
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.http.pages.console import VIEWS, parse_origin

FILES = Path(sequences_sandbox.__file__).with_name("console")
SCRIPTS = sorted(FILES.rglob("*.js"))
PAGES = sorted(FILES.glob("*.html"))
EMBED = "/embed/pauseSequence"
COMPONENT = "/console/reference.js"


def policy(response):
    """A Content-Security-Policy by directive."""
    parts = (part.split(maxsplit=1) for part in response.headers["Content-Security-Policy"].split(";"))
    return dict(parts)


@pytest.mark.parametrize("path", [*VIEWS, EMBED])
def test_a_page_runs_scripts_of_its_own_origin_alone(api, path):
    response = api("GET", path, key=None)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    allowed = policy(response)
    assert allowed["script-src"] == "'self'"
    assert allowed["connect-src"] == "'self'"
    assert allowed["default-src"] == "'none'"
    assert "unsafe-eval" not in response.headers["Content-Security-Policy"]


def test_the_policy_is_the_one_that_is_documented(api):
    document = (shipped("openapi.yaml").parent / "docs" / "console.md").read_text()
    [shown] = re.findall(r"Content-Security-Policy: (.*?)```", document, re.DOTALL)
    assert api("GET", "/", key=None).headers["Content-Security-Policy"] == " ".join(shown.split())


@pytest.mark.parametrize("path", VIEWS)
def test_no_page_may_frame_the_console(api_with, path):
    api = api_with(embed_origins=("https://docs.example",))
    assert policy(api("GET", path, key=None))["frame-ancestors"] == "'none'"


def test_only_pages_of_named_origins_may_frame_an_embed(api_with):
    named = api_with(embed_origins=("https://docs.example", "https://*.example.org"))
    assert policy(named("GET", EMBED, key=None))["frame-ancestors"] == "https://docs.example https://*.example.org"
    assert policy(api_with()("GET", EMBED, key=None))["frame-ancestors"] == "'none'"


def test_on_loopback_pages_of_this_machine_may_frame_an_embed(running):
    sandbox = running("--log-level", "warning")
    allowed = policy(httpx.get(sandbox.base.removesuffix("/v1") + EMBED))["frame-ancestors"]
    assert allowed == "http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"


@pytest.mark.parametrize("text", ["docs.example", "https://docs.example/guide", "https://a;b", "*", "'self'", ""])
def test_what_is_no_origin_cannot_be_named(text):
    with pytest.raises(ValueError, match="is no origin; give scheme and host"):
        parse_origin(text)


def test_a_wrong_origin_stops_the_start_and_says_how_to_mend_it():
    command = [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0", "--embed-origin", "docs.example"]
    build_error_response = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert build_error_response.returncode == 2
    assert "--embed-origin: 'docs.example' is no origin; give scheme and host" in build_error_response.stderr


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_holds_no_script_no_handler_and_no_style(path):
    text = path.read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\son\w+\s*=", text) == []
    assert re.findall(r"\sstyle\s*=|<style", text) == []
    assert re.findall(r"https?://", text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FILES).as_posix())
def test_a_script_makes_no_markup_and_no_code_from_text(path):
    text = path.read_text()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert way not in text
    assert len(text.splitlines()) <= 200


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FILES).as_posix())
def test_what_a_script_exports_is_used_by_another(path):
    others = "\n".join(each.read_text() for each in [*SCRIPTS, *PAGES] if each != path)
    for name in re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", path.read_text(), re.MULTILINE):
        assert re.search(rf"\b{name}\b", others), f"nothing uses {name}"


def test_files_are_served_with_their_types_and_can_be_kept(api):
    for name, kind in (("js/main.js", "text/javascript"), ("css/base.css", "text/css"), ("mark.svg", "image/svg+xml")):
        response = api("GET", f"/console/{name}", key=None)
        assert response.headers["Content-Type"].split(";")[0] == kind
        again = api("GET", f"/console/{name}", key=None, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/console/absent.js", "/console/../app.py", "/console/js", "/embed/dropTable", "/Watch"]
)
def test_what_is_not_there_is_refused_in_the_contracts_form(api, path):
    response = api("GET", path, key=None)
    assert response.status_code == 404
    assert response.json()["type"] == "NotFoundIssue"


def test_a_page_takes_no_writes(api):
    response = api("POST", "/watch", key=None)
    assert (response.status_code, response.json()["data"]["allowed"]) == (405, ["GET", "HEAD", "OPTIONS"])


def test_the_component_comes_packed_for_whoever_takes_it_so(api):
    plain = api("GET", COMPONENT, key=None, headers={"Accept-Encoding": "identity"})
    packed = api("GET", COMPONENT, key=None, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert int(packed.headers["Content-Length"]) < len(gzip.compress(plain.content, 1))
    same = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert api("GET", COMPONENT, key=None, headers=same).status_code == 304


def test_the_banner_leads_to_the_console(running):
    sandbox = running("--log-level", "warning")
    [address] = re.findall(r"^Console +(\S+)$", sandbox.banner, re.MULTILINE)
    assert address == sandbox.base.removesuffix("v1")
    assert "<title>Sequences sandbox</title>" in httpx.get(address).text
