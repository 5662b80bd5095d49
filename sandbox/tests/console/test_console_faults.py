"""Faults: what goes wrong on purpose is added, seen, changed, turned off and told apart from what is over."""

import re

import pytest
from playwright.sync_api import expect

OPERATIONS = ["listSequences", "getSequence", "updateSequence", "pauseSequence", "resumeSequence", "stopSequence"]


def view(page):
    return page.locator("main:not([hidden])")


def cards(page):
    return view(page).locator(".faults .cards li")


def send(page):
    see = page.get_by_role("region", name="See it")
    see.get_by_role("button", name="Send").click()
    return see.locator(".exchange")


def rules(client):
    return client.get("/_sandbox/faults").json()["items"]


def test_a_fault_from_the_form_is_met_counted_and_used_up(visit, outside):
    page = visit("/faults")
    expect(page.get_by_text("Everything works.")).to_be_visible()
    page.get_by_label("Operation", exact=True).select_option("listSequences")
    page.get_by_label("Which calls").select_option("nth")
    expect(page.get_by_label("Which one")).to_have_value("3")
    page.get_by_label("Which one").fill("2")
    page.get_by_label("Status", exact=True).fill("429")
    page.get_by_label("Retry-After, seconds").fill("7")
    page.get_by_role("button", name="Add the fault").click()
    expect(cards(page)).to_contain_text("Fails with 429, Retry-After 7")
    [rule] = rules(outside(page))
    assert rule["match"] == {"operation": "listSequences", "nth": 2}
    assert rule["effect"] == {"status": 429, "retry_after": 7}
    expect(send(page)).to_contain_text("200")
    expect(cards(page)).to_contain_text("1 of 2 calls seen")
    expect(send(page)).to_contain_text("429")
    expect(page.get_by_role("region", name="See it")).to_contain_text("x-sandbox-fault")
    expect(cards(page)).to_contain_text("used up")
    expect(page.get_by_role("heading", name="Off, used up or expired")).to_be_visible()
    cards(page).get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(cards(page)).to_have_count(1)
    cards(page).get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Everything works.")).to_be_visible()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_fault_is_seen_at_every_operation(visit, operation):
    page = visit("/faults")
    page.get_by_label("Operation to send").select_option(operation)
    expect(send(page)).to_contain_text("200")
    page.get_by_label("Operation", exact=True).select_option(operation)
    page.get_by_role("button", name="Add the fault").click()
    expect(cards(page)).to_have_count(1)
    expect(send(page)).to_contain_text("503")


def test_every_effect_of_the_form_is_taken(visit, outside):
    page = visit("/faults")
    effects = {
        "latency": {"latency": {"fixed_ms": 800}}, "close": {"close": "before"}, "body": {"body": "empty"},
        "drip_seconds": {"drip_seconds": 5}, "status": {"status": 503},
    }  # fmt: skip
    for count, name in enumerate(effects, 1):
        page.get_by_label("What happens").select_option(name)
        page.get_by_role("button", name="Add the fault").click()
        expect(cards(page)).to_have_count(count)
    assert [rule["effect"] for rule in rules(outside(page))] == list(effects.values())
    for shape, latency in (
        ("uniform_ms", {"uniform_ms": [800, 2000]}),
        ("lognormal_ms", {"lognormal_ms": {"median": 800, "sigma": 0.6}}),
    ):
        count = cards(page).count() + 1
        page.get_by_label("What happens").select_option("latency")
        page.get_by_label("Delay").select_option(shape)
        page.get_by_role("button", name="Add the fault").click()
        expect(cards(page)).to_have_count(count)
        assert rules(outside(page))[-1]["effect"] == {"latency": latency}
    page.get_by_role("button", name="Remove all").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove all").click()
    expect(cards(page)).to_have_count(0)


def test_a_fault_is_changed_and_keeps_its_place_in_the_address(visit, outside):
    page = visit("/faults")
    page.get_by_role("button", name="429 on the third call").click()
    cards(page).get_by_role("link", name="Edit").click()
    [rule] = rules(outside(page))
    expect(page).to_have_url(re.compile(f"/faults/{rule['id']}$"))
    page.reload()
    expect(page.get_by_role("heading", name="Change the fault")).to_be_visible()
    expect(page.get_by_label("Which one")).to_have_value("3")
    page.get_by_label("Which one").fill("5")
    page.get_by_label("Status", exact=True).fill("500")
    page.get_by_role("button", name="Save").click()
    expect(cards(page)).to_contain_text("only the 5th")
    [changed] = rules(outside(page))
    assert (changed["id"], changed["match"], changed["effect"]["status"]) == (rule["id"], {"nth": 5}, 500)
    expect(page.get_by_role("heading", name="Add a fault")).to_be_visible()


def test_a_change_keeps_what_the_form_does_not_show(visit, outside):
    page = visit("/faults")
    client = outside(page)
    effect = {"status": 422, "type": "BusinessRuleIssue", "message": "Hm"}
    rule = {"match": {"operation": "getMe", "every": 2, "probability": 0.5}, "effect": effect}
    client.post("/_sandbox/faults", json=rule).raise_for_status()
    cards(page).get_by_role("link", name="Edit").click()
    page.get_by_label("Every how many").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(cards(page)).to_contain_text("every 4th")
    [changed] = rules(client)
    assert changed["match"] == {"operation": "getMe", "every": 4, "probability": 0.5}
    assert changed["effect"] == effect


def test_a_fault_that_is_gone_is_said_to_be(visit):
    page = visit("/faults/88c23cea-f199-4cf0-964c-3f1e007417b7")
    expect(page.locator("#notice")).to_contain_text("This world has no such fault")
    expect(page.get_by_role("heading", name="Add a fault")).to_be_visible()
    expect(page).to_have_url(re.compile("/faults$"))


def test_a_fault_is_turned_off_and_on(visit, outside):
    page = visit("/faults")
    page.get_by_role("button", name="One in five fails").click()
    cards(page).get_by_role("button", name="Off").click()
    expect(cards(page)).to_contain_text("off")
    expect(cards(page).get_by_role("button", name="On")).to_be_focused()
    assert rules(outside(page))[0]["state"] == "disabled"
    cards(page).get_by_role("button", name="On").click()
    expect(page.get_by_role("heading", name="Off, used up or expired")).to_be_hidden()
    assert rules(outside(page))[0]["state"] == "active"


def test_an_expired_fault_is_told_apart(visit, outside):
    page = visit("/faults")
    page.get_by_role("button", name="Slow for a minute").click()
    expect(cards(page)).to_contain_text("for 1 min of world time")
    outside(page).post("/_sandbox/clock/advance", json={"by": "PT2M"}).raise_for_status()
    expect(cards(page)).to_contain_text("expired")


def test_a_used_up_fault_fires_again(visit, outside):
    page = visit("/faults")
    page.get_by_label("Operation", exact=True).select_option("listSequences")
    page.get_by_label("Stop after so many times").fill("1")
    page.get_by_role("button", name="Add the fault").click()
    expect(send(page)).to_contain_text("503")
    expect(cards(page)).to_contain_text("used up, fired 1 of 1")
    cards(page).get_by_role("button", name="Again").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("The fault is active again.")
    expect(cards(page)).to_contain_text("fired 0 of 1")
    expect(cards(page).get_by_role("button", name="Off")).to_be_focused()
    [rule] = rules(outside(page))
    assert (rule["state"], rule["match"], rule["times"]) == ("active", {"operation": "listSequences"}, 1)
    expect(send(page)).to_contain_text("503")


def test_an_expired_fault_lasts_again_as_long_as_before(visit, outside):
    page = visit("/faults")
    page.get_by_role("button", name="Slow for a minute").click()
    expect(cards(page)).to_have_count(1)
    client = outside(page)
    client.post("/_sandbox/clock/advance", json={"by": "PT2M"}).raise_for_status()
    cards(page).get_by_role("button", name="Again").click()
    expect(page.get_by_role("heading", name="Off, used up or expired")).to_be_hidden()
    client.post("/_sandbox/clock/advance", json={"by": "PT30S"}).raise_for_status()
    assert rules(client)[0]["state"] == "active"
    client.post("/_sandbox/clock/advance", json={"by": "PT30S"}).raise_for_status()
    expect(cards(page)).to_contain_text("expired")


def test_a_fault_is_for_a_key_a_method_or_a_path(visit, outside):
    page = visit("/faults")
    page.get_by_text("By key, method or path").click()
    view(page).get_by_label("Key named").select_option("Read only")
    page.get_by_label("Method").locator("visible=true").select_option("GET")
    page.get_by_label("Path").fill("/v1/sequences/*")
    page.get_by_role("button", name="Add the fault").click()
    expect(cards(page)).to_contain_text("GET · /v1/sequences/* · key “Read only”")
    [rule] = rules(outside(page))
    assert rule["match"] == {"key_name": "Read only", "method": "GET", "path": "/v1/sequences/*"}


def test_a_mistake_is_explained_and_nothing_is_added(visit, outside):
    page = visit("/faults")
    page.get_by_text("By key, method or path").click()
    page.get_by_label("Path").fill("sequences")
    page.get_by_role("button", name="Add the fault").click()
    expect(page.locator("#notice")).to_contain_text("path")
    assert rules(outside(page)) == []


def test_a_broken_connection_is_said_to_be_one(visit):
    page = visit("/faults")
    page.get_by_label("What happens").select_option("close")
    page.get_by_role("button", name="Add the fault").click()
    expect(cards(page)).to_have_count(1)
    expect(send(page)).to_contain_text("No complete response came")


def test_all_faults_are_removed_where_they_stand(visit, outside):
    page = visit("/faults")
    outside(page).post("/_sandbox/faults", json={"effect": {"status": 503}, "enabled": False}).raise_for_status()
    remove = page.get_by_role("button", name="Remove all")
    expect(page.locator(".between", has=remove)).to_contain_text("Off, used up or expired")


def test_ready_made_faults_are_one_press_away(visit, outside):
    page = visit("/faults")
    expect(page.locator(".presets button")).to_have_count(4)
    for count, button in enumerate(page.locator(".presets button").all(), 1):
        button.click()
        expect(cards(page)).to_have_count(count)
    assert len(rules(outside(page))) == 4


def test_what_is_typed_stays_while_counters_move(visit, outside):
    page = visit("/faults")
    page.get_by_role("button", name="429 on the third call").click()
    page.get_by_label("Message").fill("half a sentence")
    outside(page).get("/v1/me")
    expect(cards(page)).to_contain_text("1 of 3 calls seen")
    expect(page.get_by_label("Message")).to_have_value("half a sentence")


def test_a_rate_limit_is_set_met_and_lifted(visit):
    page = visit("/faults")
    limit = page.get_by_role("region", name="Rate limit")
    limit.get_by_label("Calls").fill("1")
    limit.get_by_label("Seconds").fill("3600")
    limit.get_by_role("button", name="Limit every key").click()
    expect(limit).to_contain_text("1 call in 3600 s for each key")
    expect(send(page)).to_contain_text("200")
    expect(send(page)).to_contain_text("RateLimitIssue")
    limit.get_by_role("button", name="Off").click()
    expect(limit).to_contain_text("as often as they like")


def test_the_rate_limit_is_known_as_soon_as_the_view_opens(visit):
    page = visit("/watch")
    expect(page.locator("main:not([hidden]) tbody tr").first).to_be_visible()
    page.wait_for_timeout(1000)  # by then the rules are read, once for every view
    page.get_by_role("link", name="Faults", exact=True).click()
    expect(page.get_by_role("region", name="Rate limit")).to_contain_text("Keys may call as often", timeout=1000)
