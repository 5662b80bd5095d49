"""One operation in a frame of a page of another origin: who may, how it looks, and that it works."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from sequences_sandbox.contract.files import shipped

ANOTHER_SITE = "localhost"
"""In a frame of another site than the page's, Chromium keeps nothing."""

SAME_SITE = "127.0.0.1"
"""The sandbox's own name; a page at another port is of another origin."""

STRANGE = "pages.localhost"
"""Chromium finds this machine under such names too, and none of them is `localhost`."""

NAMED = "docs.example"
"""The browser is told that such names are this machine."""

DOCUMENT = (shipped("openapi.yaml").parent / "docs" / "console.md").read_text()
[SNIPPET] = re.findall(r"```html\n(.*?)```", DOCUMENT, re.DOTALL)
[RECEIVER] = re.findall(r"```js\n(.*?)```", DOCUMENT, re.DOTALL)


class Guide(BaseHTTPRequestHandler):
    """A page of documentation that frames whatever its query names, or as the documents show it."""

    def do_GET(self):
        what = parse_qs(urlsplit(self.path).query)
        frames = "".join(f'<iframe src="{each}" width="100%" height="300"></iframe>' for each in what.get("to", ()))
        frames += "".join(SNIPPET.replace("http://127.0.0.1:4010", each) for each in what.get("sandbox", ()))
        html = f"<!doctype html><title>Guide</title><script>{RECEIVER}</script>{frames}"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def guide():
    with ThreadingHTTPServer(("127.0.0.1", 0), Guide) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def framed(browser, sandbox, guide):
    """Shows a page of documentation, of another origin than the sandbox, that frames it."""
    contexts, asked, errors = [], [], []

    def show(*addresses, host=ANOTHER_SITE, **query):
        contexts.append(browser.new_context(viewport={"width": 900, "height": 900}))
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append((request.url, request.post_data)))
        page.on("pageerror", lambda error: errors.append(str(error)))
        query = urlencode({"to": [sandbox.url + each for each in addresses], **query}, doseq=True)
        page.goto(f"http://{host}:{guide}/?{query}")
        return page

    show.requests = asked
    yield show
    for context in contexts:
        context.close()
    assert errors == []
    assert {urlsplit(url).hostname for url, _ in asked} <= {ANOTHER_SITE, SAME_SITE, STRANGE, NAMED, None}


def test_an_embed_is_sent_from_a_page_of_another_origin(framed):
    page = framed("/embed/stopSequence")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".request .path")).not_to_contain_text("%7B")
    with page.expect_response(lambda response: response.url.endswith("/stop")) as sent:
        frame.get_by_role("button", name="Send", exact=True).click()
    assert sent.value.status == 200
    expect(frame.locator(".response")).to_contain_text("STOPPED_EARLY")
    expect(frame.get_by_role("link", name="Watch this run")).to_have_attribute("target", "_blank")


def test_links_of_an_embed_lead_to_its_own_world(framed):
    """Browsers keep apart what a frame of another site and a tab keep: a link carries the key, and the console asks."""
    page = framed("/embed/pauseSequence")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".request .path")).not_to_contain_text("%7B")
    frame.get_by_role("button", name="Send", exact=True).click()
    for name, shown in (("Watch this run", ".status"), ("See it in the journal", ".entry")):
        with page.context.expect_page() as opened:
            frame.get_by_role("link", name=name).click()
        if name == "Watch this run":  # the world is known from then on
            opened.value.get_by_role("button", name="Open", exact=True).click()
        expect(opened.value.locator("main:not([hidden])").locator(shown).first).to_contain_text("WAITING_FOR_LEAD")
        opened.value.close()
    console = frame.get_by_role("link", name="Open the console")
    first = console.get_attribute("href")
    other = frame.locator("#key optgroup").nth(1).locator("option").first.get_attribute("value")
    frame.get_by_label("Key", exact=True).select_option(other)
    expect(console).not_to_have_attribute("href", first)


def test_request_and_response_are_seen_within_the_documented_height(framed):
    page = framed("/embed/pauseSequence?height=600")
    page.locator("iframe").evaluate("(frame) => { frame.height = 600; }")
    frame = page.frame_locator("iframe")
    send = frame.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_in_viewport()
    expect(frame.locator(".request .path")).not_to_contain_text("%7B")
    send.click()
    expect(frame.locator(".response")).to_contain_text("WAITING_FOR_LEAD")
    expect(frame.locator(".response .outcome")).to_be_in_viewport()


def test_an_embed_shows_one_operation_and_nothing_else(framed):
    frame = framed("/embed/pauseSequence").frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Pause a sequence")).to_be_visible()
    expect(frame.get_by_role("button", name="Send", exact=True)).to_have_count(1)
    expect(frame.get_by_role("navigation")).to_have_count(0)
    expect(frame.locator(".simulation")).to_have_text("Simulation: nothing is sent")


def test_run_language_and_example_are_the_page_arounds_choice(framed, sandbox):
    run_id = "88c23cea-f199-4cf0-964c-3f1e007417b7"
    frame = framed(f"/embed/stopSequence?run={run_id}&language=python&example=won").frame_locator("iframe")
    expect(frame.get_by_label("sequence_id")).to_have_value(run_id)
    expect(frame.get_by_role("tab", name="Python")).to_have_attribute("aria-selected", "true")
    expect(frame.get_by_label("reason")).to_have_value("WIN")
    expect(frame.get_by_label("scope")).to_have_value("COMPANY")


def test_an_unknown_operation_is_a_page_that_says_so(framed):
    frame = framed("/embed/dropTable?theme=dark").frame_locator("iframe")
    expect(frame.locator("main")).to_contain_text("There is no operation “dropTable”")
    frame.get_by_role("link", name="pauseSequence").click()
    expect(frame.get_by_role("heading", name="Pause a sequence")).to_be_visible()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(16, 19, 24)")


def test_an_embed_is_reset(framed):
    frame = framed("/embed/pauseSequence").frame_locator("iframe")
    expect(frame.locator(".request .path")).not_to_contain_text("%7B")
    frame.get_by_role("button", name="Send", exact=True).click()
    expect(frame.locator(".response")).to_contain_text("WAITING_FOR_LEAD")
    frame.get_by_role("button", name="Reset").click()
    frame.get_by_role("button", name="Begin again").click()
    expect(frame.locator("#notice")).to_contain_text("The world began again")
    expect(frame.locator(".response")).to_have_count(0)


def test_the_world_of_an_embed_that_has_ended_is_renewed(framed, sandbox):
    page = framed("/embed/getSequence")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".request pre")).to_contain_text("topo_")
    token = re.search(r"topo_[\w-]+", frame.locator(".request pre").text_content())[0]
    httpx.delete(f"{sandbox.url}/_sandbox/world", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    expect(frame.locator("#notice")).to_contain_text("This is a new one.")
    expect(frame.locator(".request pre")).not_to_contain_text(token)
    frame.get_by_role("button", name="Send", exact=True).click()
    expect(frame.locator(".response")).to_contain_text("200")


def test_prefilled_times_of_an_embed_follow_its_worlds_clock(framed, sandbox):
    frame = framed("/embed/pauseSequence").frame_locator("iframe")
    expect(frame.locator(".request pre")).to_contain_text("topo_")
    before = frame.get_by_label("paused_until").input_value()
    token = re.search(r"topo_[\w-]+", frame.locator(".request pre").text_content())[0]
    headers = {"Authorization": f"Bearer {token}"}
    httpx.post(f"{sandbox.url}/_sandbox/clock/advance", json={"by": "P7D"}, headers=headers).raise_for_status()
    expect(frame.get_by_label("paused_until")).not_to_have_value(before)


def test_a_page_may_fit_the_frame_to_what_it_shows(framed):
    page = framed("/embed/resumeSequence")
    expect(page.frame_locator("iframe").get_by_text("503", exact=True)).to_be_visible()
    measured = "Math.ceil(document.body.getBoundingClientRect().height)"

    def fits():
        return page.locator("iframe").evaluate("(frame) => frame.clientHeight") == page.frames[1].evaluate(measured)

    # The width changes with the frame's scroll bar, and with it the height that is needed.
    assert any(fits() or page.wait_for_timeout(100) for _ in range(600))
    assert page.frames[1].evaluate("innerHeight") > 400


def test_a_given_height_scrolls_within_it(framed):
    page = framed("/embed/resumeSequence?height=300")
    expect(page.frame_locator("iframe").get_by_text("503", exact=True)).to_be_attached()
    assert page.frames[1].evaluate("document.body.clientHeight") == 300
    assert page.frames[1].evaluate("document.body.scrollHeight") > 300


@pytest.mark.parametrize(("theme", "page_is"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(16, 19, 24)")])
def test_a_theme_is_given_by_the_page_around(framed, theme, page_is):
    frame = framed(f"/embed/getSequence?theme={theme}").frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Get a sequence")).to_be_visible()
    expect(frame.locator("body")).to_have_css("background-color", page_is)


def test_many_embeds_of_a_page_share_one_world_where_the_browser_keeps_it(framed):
    page = framed("/embed/getSequence", "/embed/stopSequence", "/embed/pauseSequence", host=SAME_SITE)
    worlds = set()
    for frame in page.frames[1:]:
        frame.get_by_role("button", name="Send", exact=True).wait_for()
        worlds.add(json.loads(frame.evaluate("localStorage.getItem('sequences-sandbox')"))["current"])
    assert len(worlds) == 1


@pytest.mark.parametrize(("host", "seconds"), [(ANOTHER_SITE, 3600), (SAME_SITE, 7 * 24 * 3600)])
def test_a_world_that_the_browser_does_not_keep_goes_soon(framed, host, seconds):
    page = framed("/embed/getSequence", host=host)
    page.frame_locator("iframe").get_by_role("button", name="Send", exact=True).wait_for()
    [wish] = [json.loads(body) for url, body in framed.requests if url.endswith("/_sandbox/worlds")]
    assert wish["ttl_seconds"] == seconds


def test_the_documented_snippet_shows_an_operation_in_the_theme_it_names(framed, sandbox):
    frame = framed(sandbox=sandbox.url).frame_locator("iframe")
    expect(frame.get_by_role("button", name="Send", exact=True)).to_be_visible()
    expect(frame.locator("body")).to_have_css("background-color", "rgb(16, 19, 24)")


def expect_no_frame(page):
    """The browser shows an error in place of what may not be framed."""
    page.frames[1].wait_for_url("chrome-error://**", wait_until="commit")


def test_a_page_of_an_origin_that_is_not_allowed_may_not_frame_it(framed):
    page = framed("/embed/getSequence", host=STRANGE)
    expect_no_frame(page)


def test_a_named_origin_frames_an_embed_and_no_other_does(framed, guide, start):
    hosted = start("--embed-origin", f"http://{NAMED}:{guide}")
    page = framed(sandbox=hosted.url, host=NAMED)
    expect(page.frame_locator("iframe").get_by_role("button", name="Send", exact=True)).to_be_visible()
    page = framed(sandbox=hosted.url, host=SAME_SITE)
    expect_no_frame(page)


def test_the_console_itself_is_never_framed(framed):
    page = framed("/watch")
    expect_no_frame(page)
