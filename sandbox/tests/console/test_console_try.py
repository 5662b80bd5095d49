"""Try: the first visit, the first press of "send", the key switch, and code that runs when it is pasted."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

OPERATIONS = {
    "List sequences": ("GET", "/v1/sequences"),
    "Get a sequence": ("GET", "/v1/sequences/"),
    "Update a sequence": ("PATCH", "/v1/sequences/"),
    "Pause a sequence": ("POST", "/pause"),
    "Resume a sequence": ("POST", "/resume"),
    "Stop a sequence": ("POST", "/stop"),
}
IDS = ["listSequences", "getSequence", "updateSequence", "pauseSequence", "resumeSequence", "stopSequence"]
LIMIT = 100_000
MARKUP = "<img src=x><b>bold</b>"
COMPONENT = "/console/reference.js"


def section(page, summary):
    """The part of the reference that shows an operation."""
    page.get_by_role("link", name=summary).first.click()
    place = page.locator("section").filter(has=page.get_by_role("heading", name=summary, exact=True)).last
    expect(place.get_by_role("button", name="Test Request")).to_be_visible()
    return place


def sample(page, summary, label="curl"):
    """The code sample of an operation."""
    return section(page, summary).get_by_label(f"Code sample: {label}")


def send(page, summary):
    """Sends an operation as it is prefilled; returns the answer."""
    section(page, summary).get_by_role("button", name="Test Request").click()
    client = page.get_by_role("dialog", name="API Client")
    with page.expect_response(lambda response: "/v1/" in response.url) as sent:
        client.locator("[data-addressbar-action=send]:visible").first.click()
    expect(client.get_by_text(str(sent.value.status)).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(client).to_be_hidden()
    return sent.value


def journal(client):
    """What the world was sent, oldest first."""
    return client.get("/_sandbox/journal", params={"size": 100}).json()["items"][::-1]


def test_the_first_press_of_send_succeeds_on_every_operation(visit, outside):
    page = visit()
    answers = [send(page, summary) for summary in OPERATIONS]
    assert [answer.status for answer in answers] == [200] * len(OPERATIONS)
    for answer, (method, path) in zip(answers, OPERATIONS.values(), strict=True):
        assert answer.request.method == method
        assert path in answer.url
    runs = [answer.url.split("/sequences/")[1].split("/")[0] for answer in answers[1:]]
    assert len(set(runs)) == len(runs)
    assert [entry["operation"] for entry in journal(outside(page))] == IDS


@pytest.mark.parametrize(
    ("key", "status"), [("Read only", 403), ("Write only", 200), ("No scope", 403), ("No key", 401)]
)
def test_the_key_switch_shows_what_each_key_may(visit, key, status):
    page = visit()
    before = sample(page, "Pause a sequence").text_content()
    page.get_by_label("Key", exact=True).select_option(key)
    expect(sample(page, "Pause a sequence")).not_to_have_text(before)
    assert send(page, "Pause a sequence").status == status


@pytest.mark.parametrize("label", ["curl", "Python", "JavaScript"])
def test_code_samples_run_as_they_are_pasted(visit, outside, label):
    page = visit()
    samples = []
    for summary in OPERATIONS:
        choice = section(page, summary).locator("button").filter(has_text=re.compile(r"^(curl|Python|JavaScript)\s*$"))
        # A choice holds for every operation that has a code of that name.
        if label not in choice.text_content():
            choice.click()
            page.get_by_role("option", name=label).click()
        samples.append(sample(page, summary, label).text_content())
    for code in samples:
        run(page, label, code)
    sent = [(entry["method"], entry["status"]) for entry in journal(outside(page))]
    assert sent == [(method, 200) for method, _ in OPERATIONS.values()]


def run(page, label, code):
    """Does with code what its reader would do."""
    if label == "JavaScript":
        page.evaluate(f"async () => {{ {code} }}")
    else:
        command = ["sh", "-c", code] if label == "curl" else [sys.executable, "-c", code]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_run_that_time_has_changed_is_replaced_before_it_spoils_a_press(visit, outside):
    page = visit()
    before = sample(page, "Resume a sequence").text_content()
    outside(page).post("/_sandbox/sequences/" + before.split("/")[5] + "/events", json={"event": "fail"})
    expect(sample(page, "Resume a sequence")).not_to_have_text(before)
    assert send(page, "Resume a sequence").status == 200


def test_markup_in_an_answer_is_shown_as_it_is_written(visit, outside):
    page = visit()
    run_id = sample(page, "Get a sequence").text_content().split("/")[5][:36]
    body = {"variables": {"note": MARKUP}}
    outside(page).patch(f"/v1/sequences/{run_id}", json=body).raise_for_status()
    section(page, "Get a sequence").get_by_role("button", name="Test Request").click()
    client = page.get_by_role("dialog", name="API Client")
    client.locator("[data-addressbar-action=send]:visible").first.click()
    expect(client).to_contain_text(MARKUP)
    assert page.locator("img[src=x]").count() == 0


def test_the_pages_own_part_is_small_and_the_component_comes_after_it(visit, sandbox):
    page = visit("/journal")
    expect(page.get_by_text("No request yet")).to_be_visible()
    answers = {}
    page.on("response", lambda response: answers.setdefault(response.url.removeprefix(sandbox.url), response))
    with page.expect_response(f"**{COMPONENT}"):
        page.goto(sandbox.url + "/")
    expect(page.get_by_text("A world of your own")).to_be_visible()
    order = [path for path in answers if path == "/" or path.startswith("/console/")]
    own = order[: order.index(COMPONENT)]
    assert {"/", "/console/css/base.css", "/console/js/main.js", "/console/js/reference/view.js"} <= set(own)
    assert sum(len(answers[path].body()) for path in own) < LIMIT


def test_the_reference_is_the_visitors_own_and_no_class_of_the_page_changes_it(visit):
    page = visit()
    expect(section(page, "Stop a sequence")).to_contain_text("Stop a sequence")
    shared = page.evaluate("""() => {
        const theirs = new Set([...document.querySelectorAll(".scalar-app *")].flatMap((each) => [...each.classList]));
        const sheets = [...document.styleSheets].filter((sheet) => sheet.href?.includes("/console/css/"));
        const text = sheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join(" ");
        const ours = new Set([...text.replace(/{[^}]*}/g, " ").matchAll(/[.]([a-z][\\w-]*)/g)].map((match) => match[1]));
        return [...ours].filter((name) => theirs.has(name) && name !== "scalar-app");
    }""")
    assert shared == []
