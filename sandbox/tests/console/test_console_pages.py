"""The console's pages and files, without a browser: what they are allowed, and that they are what they say."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import sequences_sandbox
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.http.pages.bundle import BundleError, pack_modules
from sequences_sandbox.http.pages.console import parse_origin

FILES = Path(sequences_sandbox.__file__).with_name("console")
SCRIPTS = sorted(FILES.rglob("*.js"))
PAGES = sorted(FILES.glob("*.html"))
EMBED = "/embed/pauseSequence"
VIEWS = ("/", "/try/pauseSequence", "/watch", "/runs/x", "/faults", "/faults/x", "/journal", "/journal/req_x")


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
    assert allowed["style-src"] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


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


PACKED = (
    ("first.js", "text/javascript"),
    ("app.js", "text/javascript"),
    ("embed.js", "text/javascript"),
    ("app.css", "text/css"),
    ("mark.svg", "image/svg+xml"),
)


@pytest.mark.parametrize(("name", "kind"), PACKED)
def test_a_file_comes_packed_with_its_type_and_is_not_sent_twice(api, name, kind):
    plain = api("GET", f"/console/{name}", key=None, headers={"Accept-Encoding": "identity"})
    packed = api("GET", f"/console/{name}", key=None, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Type"].split(";")[0] == kind
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Cache-Control"] == "no-cache"
    same = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert api("GET", f"/console/{name}", key=None, headers=same).status_code == 304


@pytest.mark.parametrize(("page", "scripts"), [("/", ["first.js", "app.js"]), (EMBED, ["embed.js"])])
def test_the_files_of_a_page_are_kept_for_good(api, page, scripts):
    addresses = re.findall(r'"(/console/[^"]+)"', api("GET", page, key=None).text)
    assert {re.split("[/?]", address)[2] for address in addresses} == {"mark.svg", "app.css", *scripts}
    for address in addresses:
        response = api("GET", address, key=None)
        assert "immutable" in response.headers["Cache-Control"], address
        assert "max-age=31536000" in response.headers["Cache-Control"]
    other = api("GET", "/console/app.js?v=another", key=None)
    assert other.headers["Cache-Control"] == "no-cache"


def test_a_first_visit_needs_few_bytes(api):
    page = api("GET", "/", key=None).text
    files = [address for address in re.findall(r'"(/console/[^"]+)"', page) if "mark" not in address]
    sizes = [
        int(api("GET", each, key=None, headers={"Accept-Encoding": "gzip"}).headers["Content-Length"]) for each in files
    ]
    contract = api("GET", "/openapi.json", key=None, headers={"Accept-Encoding": "gzip"})
    assert sum(sizes) + int(contract.headers["Content-Length"]) < 80_000


def test_the_contract_comes_packed(api):
    plain = api("GET", "/openapi.json", key=None, headers={"Accept-Encoding": "identity"})
    packed = api("GET", "/openapi.json", key=None, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["X-Request-Id"] != plain.headers["X-Request-Id"]


def pack(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return pack_modules(folder, "main.js")[0].plain.decode()


def test_modules_are_packed_in_the_order_in_which_they_need_each_other(tmp_path):
    text = pack(
        tmp_path,
        main='import { one as two } from "./one.js";\nimport * as all from "./one.js";\ntwo(all);\n',
        one="export const one = () => 1;\nexport async function other() {}\n",
    )
    assert text.index("$one = ") < text.index("$main = ")
    assert "const { one: two } = $one;" in text
    assert "const all = $one;" in text
    assert "return {one, other};" in text


def test_a_later_script_uses_what_an_earlier_one_has(tmp_path):
    (tmp_path / "one.js").write_text("// A comment.\nexport const one = 1;\n")
    (tmp_path / "main.js").write_text('import { one } from "./one.js";\n  /** Two\n   * lines. */\none();\n')
    first, second = (script.plain.decode() for script in pack_modules(tmp_path, "one.js", "main.js"))
    assert "const one = 1;" in first
    assert "const { one } = $one;" in second
    assert "const one = 1;" not in second
    assert "comment" not in first
    assert "lines" not in second


def test_a_cycle_is_not_packed(tmp_path):
    with pytest.raises(BundleError, match=r"main\.js imports one\.js imports main\.js, which is a cycle"):
        pack(
            tmp_path,
            main='import { a } from "./one.js";\nexport const b = 1;\n',
            one='import { b } from "./main.js";\nexport const a = 1;\n',
        )


@pytest.mark.parametrize(
    "text", ["export default 1;\n", 'import x from "./one.js";\n', 'const x = import("./one.js");\n']
)
def test_what_cannot_be_packed_is_named(tmp_path, text):
    (tmp_path / "one.js").write_text("")
    with pytest.raises(BundleError, match=r"main\.js: .* cannot be packed"):
        pack(tmp_path, main=text)


@pytest.mark.parametrize(
    "path", ["/console/absent.js", "/console/../app.py", "/console/js/main.js", "/Watch", "/runs", "/try/a/b"]
)
def test_what_is_not_there_is_refused_in_the_contracts_form(api, path):
    response = api("GET", path, key=None)
    assert response.status_code == 404
    assert response.json()["type"] == "NotFoundIssue"


def test_a_page_takes_no_writes(api):
    response = api("POST", "/watch", key=None)
    assert (response.status_code, response.json()["data"]["allowed"]) == (405, ["GET", "HEAD", "OPTIONS"])


def test_an_embed_of_an_unknown_operation_is_a_page_and_is_not_found(api):
    response = api("GET", "/embed/dropTable", key=None)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_banner_leads_to_the_console(running):
    sandbox = running("--log-level", "warning")
    [address] = re.findall(r"^Console +(\S+)$", sandbox.banner, re.MULTILINE)
    assert address == sandbox.base.removesuffix("v1")
    assert "<title>Sequences sandbox</title>" in httpx.get(address).text


def test_the_files_are_read_as_utf_8_whatever_the_locale():
    program = "import sequences_sandbox.app as app; app.build(app.Settings())"
    # The standard library reads the time zones of the package tzdata so; that is not ours.
    of_others = ["-W", "ignore::EncodingWarning:zoneinfo._tzpath"]
    strict = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning", *of_others]
    subprocess.run([sys.executable, *strict, "-c", program], timeout=60, check=True)
