"""Try: every operation of the contract on a page of its own, sent as it is filled in, with request and response in view."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from playwright.sync_api import expect
from sequences_sandbox.contract.files import shipped

METHODS = ("get", "put", "post", "patch", "delete")
MARKUP = "<img src=x onerror=\"document.title='hit'\"><b>bold</b>"
LANGUAGES = ("curl", "Python", "JavaScript")
CHANGES = ["updateSequence", "pauseSequence", "resumeSequence", "stopSequence"]


def operation_ids():
    paths = yaml.safe_load(shipped("openapi.yaml").read_text())["paths"]
    return [item[method]["operationId"] for item in paths.values() for method in METHODS if method in item]


def view(page):
    return page.locator("main:not([hidden])")


def send(page):
    view(page).get_by_role("button", name="Send", exact=True).click()
    return view(page).locator(".response")


def filled(page):
    """Waits until the form holds what is sent."""
    expect(view(page).locator(".request .path")).not_to_contain_text(re.compile("[{]|%7B"))
    return view(page)


def code(page, language):
    page.get_by_role("tab", name=language, exact=True).click()
    return view(page).locator(".request pre").first.text_content()


@pytest.mark.parametrize("operation", operation_ids())
def test_the_first_press_of_send_succeeds(visit, operation):
    page = visit(f"/try/{operation}")
    filled(page)
    expect(send(page)).to_contain_text("200")


@pytest.mark.parametrize("operation", CHANGES)
def test_send_and_the_response_are_in_view_on_a_laptop(visit, operation):
    page = visit(f"/try/{operation}", viewport={"width": 1440, "height": 900})
    filled(page)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    response = send(page)
    expect(response).to_contain_text("200")
    expect(response).to_be_in_viewport()
    expect(page.locator("#clock time")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("key", "status"), [("Read only", "403"), ("Write only", "200"), ("No scope", "403"), ("No key", "401")]
)
def test_the_key_switch_shows_what_each_key_may(visit, key, status):
    page = visit("/try/pauseSequence")
    filled(page)
    page.get_by_label("Key", exact=True).select_option(label=key)
    expect(send(page)).to_contain_text(status)


def test_without_a_key_none_is_in_the_code(visit):
    page = visit("/try/listSequences")
    page.get_by_label("Key", exact=True).select_option(label="No key")
    expect(view(page).locator(".request pre")).not_to_contain_text("Authorization")
    expect(view(page).locator(".request pre")).to_contain_text("curl 'http")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operation", ["listSequences", *CHANGES])
def test_code_samples_run_as_they_are_pasted(visit, outside, language, operation):
    page = visit(f"/try/{operation}")
    filled(page)
    text = code(page, language)
    if language == "JavaScript":
        page.evaluate(f"async () => {{ {text} }}")
    else:
        command = ["sh", "-c", text] if language == "curl" else [sys.executable, "-c", text]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    [entry] = outside(page).get("/_sandbox/journal").json()["items"]
    assert (entry["operation"], entry["status"]) == (operation, 200)


def test_what_is_copied_is_what_is_shown(visit):
    page = visit("/try/pauseSequence")
    filled(page)
    page.get_by_role("button", name="Copy as curl").click()
    assert page.evaluate("navigator.clipboard.readText()") == code(page, "curl")


def test_pause_and_resume_are_filled_in_with_the_same_run(visit):
    page = visit("/try/pauseSequence")
    filled(page)
    run_id = page.get_by_label("sequence_id").input_value()
    expect(send(page)).to_contain_text("WAITING_FOR_LEAD")
    page.get_by_role("link", name=re.compile("^Resume a sequence")).click()
    expect(page.get_by_label("sequence_id").locator("visible=true")).to_have_value(run_id)
    expect(send(page)).to_contain_text("ACTIVE")


def test_runs_are_chosen_by_the_name_of_their_contact(visit, outside):
    page = visit("/try/getSequence")
    choice = page.get_by_label("Run", exact=True)
    expect(choice.locator("option").first).to_contain_text(re.compile(r"^[A-Z]\S+ .* · ACTIVE"))
    second = choice.locator("option").nth(1).get_attribute("value")
    choice.select_option(second)
    expect(page.get_by_label("sequence_id")).to_have_value(second)
    expect(send(page)).to_contain_text(second)


def test_a_run_that_the_engine_has_changed_is_replaced_before_it_spoils_a_press(visit, outside):
    page = visit("/try/resumeSequence")
    filled(page)
    before = page.get_by_label("sequence_id").input_value()
    outside(page).post(f"/_sandbox/sequences/{before}/events", json={"event": "fail"}).raise_for_status()
    expect(page.get_by_label("sequence_id")).not_to_have_value(before)
    expect(send(page)).to_contain_text("200")


def test_a_choice_of_runs_says_the_status_that_a_response_led_to(visit):
    page = visit("/try/pauseSequence")
    filled(page)
    choice = page.get_by_label("Run", exact=True).locator("option:checked")
    expect(choice).to_contain_text(" · ACTIVE · ")
    expect(send(page)).to_contain_text("WAITING_FOR_LEAD")
    expect(choice).to_contain_text(" · WAITING_FOR_LEAD · ")


@pytest.mark.parametrize("event", ["pause", "resume", "stop"])
def test_the_example_of_an_error_is_of_the_operation_that_is_shown(visit, event):
    page = visit(f"/try/{event}Sequence")
    responses = page.locator(".responses")
    responses.get_by_text("422").click()
    expect(responses.locator("pre")).to_contain_text(f"cannot {event}; that is possible from")
    expect(responses.locator(".schema").get_by_text("integer", exact=True)).to_be_visible()


def test_a_chosen_run_is_left_out_of_the_address_once_the_engine_has_changed_it(visit, outside):
    page = visit("/try/resumeSequence")
    filled(page)
    choice = page.get_by_label("Run", exact=True)
    chosen = choice.locator("option").nth(1).get_attribute("value")
    choice.select_option(chosen)
    expect(page).to_have_url(re.compile(chosen))
    outside(page).post(f"/_sandbox/sequences/{chosen}/events", json={"event": "fail"}).raise_for_status()
    expect(page.get_by_label("sequence_id")).not_to_have_value(chosen)
    expect(page).to_have_url(re.compile("/try/resumeSequence$"))


def test_an_error_teaches_and_wraps(visit):
    page = visit("/try/listSequences", viewport={"width": 1024, "height": 768})
    page.get_by_label("size").fill("2500")
    response = send(page)
    expect(response.locator(".lesson")).to_contain_text("size")
    expect(response).to_contain_text("ValidationIssue")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024


def test_a_body_is_written_as_fields_or_as_json(visit, outside):
    page = visit("/try/stopSequence")
    filled(page)
    page.get_by_label("reason").select_option("WIN")
    page.get_by_role("button", name="Edit as JSON").click()
    text = page.get_by_label("Body as JSON")
    assert json.loads(text.input_value()) == {"reason": "WIN", "scope": "CONTACT"}
    text.fill('{"reason": ')
    expect(send(page)).to_contain_text("400")
    entry = outside(page).get("/_sandbox/journal", params={"bodies": "true"}).json()["items"][0]
    assert entry["request"]["body"] == '{"reason": '


def test_the_request_leads_to_the_run_and_to_the_journal(visit):
    page = visit("/try/pauseSequence")
    filled(page)
    send(page)
    page.get_by_role("link", name="See it in the journal").click()
    expect(page.get_by_role("complementary", name="The selected request")).to_contain_text("pauseSequence")
    page.go_back()
    page.get_by_role("link", name="Watch this run").click()
    expect(view(page).get_by_role("region", name="Timeline")).to_contain_text("pause")


def test_markup_in_a_response_is_shown_as_it_is_written(visit, outside):
    page = visit("/try/getSequence")
    filled(page)
    run_id = page.get_by_label("sequence_id").input_value()
    body = {"variables": {"note": MARKUP}}
    outside(page).patch(f"/v1/sequences/{run_id}", json=body).raise_for_status()
    expect(send(page)).to_contain_text("<b>bold</b>")
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "hit"


def test_control_and_enter_sends(visit):
    page = visit("/try/getMe")
    expect(view(page).get_by_role("tabpanel")).to_contain_text("topo_")  # drawn anew when the world is there
    page.get_by_role("button", name="Send", exact=True).focus()
    page.keyboard.press("Control+Enter")
    expect(view(page).locator(".response")).to_contain_text("200")


def test_the_focus_stays_on_send_while_the_request_is_drawn_anew(visit):
    page = visit("/try/listSequences")
    send = page.get_by_role("button", name="Send", exact=True)
    send.focus()
    page.get_by_label("Key", exact=True).evaluate(
        "(each) => { each.value = '1'; each.dispatchEvent(new Event('change')); }"
    )
    expect(view(page).get_by_role("tabpanel")).to_contain_text("topo_")
    page.wait_for_timeout(300)  # it is drawn within a tenth of a second
    expect(send).to_be_focused()


def test_prefilled_times_follow_the_worlds_clock_until_they_are_edited(visit, outside):
    page = visit("/try/pauseSequence")
    filled(page)
    before = page.get_by_label("paused_until").input_value()
    outside(page).post("/_sandbox/clock/advance", json={"by": "P7D"}).raise_for_status()
    expect(page.get_by_label("paused_until")).not_to_have_value(before)
    page.get_by_label("paused_until").fill("2099-01-01T09:00:00Z")
    outside(page).post("/_sandbox/clock/advance", json={"by": "P7D"}).raise_for_status()
    expect(page.get_by_text("Nothing due").or_(page.get_by_role("button", name=re.compile("^Next:")))).to_be_visible()
    expect(page.get_by_label("paused_until")).to_have_value("2099-01-01T09:00:00Z")
