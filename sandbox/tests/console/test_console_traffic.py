"""Faults and the journal: what goes wrong is seen, and every request of the world is listed, whoever sent it."""

import json
import shlex
import subprocess
import sys

from playwright.sync_api import expect


def shown(page):
    return page.locator(".shown .exchange")


def send(page):
    page.get_by_role("region", name="See it").get_by_role("button", name="Send").click()


def test_a_fault_from_the_form_is_met_and_counted_and_removed(visit, outside):
    page = visit("/faults")
    expect(page.get_by_text("Everything works.")).to_be_visible()
    page.get_by_label("Requests").select_option("listSequences")
    page.get_by_label("Of those").select_option("nth")
    page.get_by_label("Number, or chance up to 1").fill("2")
    page.get_by_label("Status", exact=True).fill("429")
    page.get_by_label("Retry-After, seconds").fill("7")
    page.get_by_role("button", name="Add the fault").click()
    expect(page.get_by_text("Refused with 429, Retry-After 7")).to_be_visible()
    [fault] = outside(page).get("/_sandbox/faults").json()["items"]
    assert fault["match"] == {"operation": "listSequences", "nth": 2}
    assert fault["effect"] == {"status": 429, "retry_after": 7}
    send(page)
    expect(shown(page)).to_contain_text("200")
    send(page)
    expect(shown(page)).to_contain_text("429")
    expect(shown(page)).to_contain_text("x-sandbox-fault")
    expect(page.get_by_text("1 hit")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Everything works.")).to_be_visible()


def test_every_effect_of_the_form_is_taken(visit, outside):
    page = visit("/faults")
    effects = {
        "latency": {"latency": {"fixed_ms": 800}},
        "close": {"close": "before"},
        "body": {"body": "empty"},
        "drip_seconds": {"drip_seconds": 5},
        "status": {"status": 503},
    }
    for name in effects:
        page.get_by_label("What happens").select_option(name)
        page.get_by_role("button", name="Add the fault").click()
        expect(page.locator(".cards li")).to_have_count(list(effects).index(name) + 1)
    made = [fault["effect"] for fault in outside(page).get("/_sandbox/faults").json()["items"]]
    assert made == list(effects.values())
    for shape, latency in (
        ("uniform_ms", {"uniform_ms": [800, 2000]}),
        ("lognormal_ms", {"lognormal_ms": {"median": 800, "sigma": 0.6}}),
    ):
        page.get_by_label("What happens").select_option("latency")
        page.get_by_label("Delay").select_option(shape)
        page.get_by_role("button", name="Add the fault").click()
        expect(page.locator(".cards li")).to_have_count(len(made) + 1)
        made = [fault["effect"] for fault in outside(page).get("/_sandbox/faults").json()["items"]]
        assert made[-1] == {"latency": latency}
    page.get_by_role("button", name="Remove all").click()
    expect(page.locator(".cards li")).to_have_count(0)


def test_a_broken_connection_is_said_to_be_one(visit):
    page = visit("/faults")
    page.get_by_label("What happens").select_option("close")
    page.get_by_role("button", name="Add the fault").click()
    expect(page.locator(".cards li")).to_have_count(1)
    send(page)
    expect(shown(page)).to_contain_text("No whole answer came")


def test_ready_faults_are_one_press_away(visit, outside):
    page = visit("/faults")
    expect(page.locator(".presets button")).to_have_count(4)
    for button in page.locator(".presets button").all():
        button.click()
    expect(page.locator(".cards li")).to_have_count(4)
    assert len(outside(page).get("/_sandbox/faults").json()["items"]) == 4


def test_a_rate_limit_is_set_met_and_lifted(visit):
    page = visit("/faults")
    limit = page.get_by_role("region", name="Rate limit")
    limit.get_by_label("Calls").fill("1")
    limit.get_by_label("Seconds").fill("3600")
    limit.get_by_role("button", name="Limit every key").click()
    expect(limit).to_contain_text("Each key may call 1 times in 3600 s")
    send(page)
    expect(shown(page)).to_contain_text("200")
    send(page)
    expect(shown(page)).to_contain_text("RateLimitIssue")
    limit.get_by_role("button", name="Lift").click()
    expect(limit).to_contain_text("as often as they like")


def test_a_request_from_outside_is_listed_as_it_happens(visit, outside):
    page = visit("/journal")
    expect(page.get_by_text("No request yet.")).to_be_visible()
    command = shlex.split(page.locator(".nothing pre").text_content())
    subprocess.run([word for word in command if word.strip()], check=True, capture_output=True, timeout=60)
    row = page.locator("table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("/v1/sequences?size=2")
    sent = outside(page, "Read only").post("/v1/sequences", content=b"x", headers={"X-Note": "<i>mine</i>"})
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("405")
    row.first.get_by_role("link").click()
    panel = page.get_by_role("complementary", name="The selected request")
    for part in (sent.headers["x-request-id"], "Read only", "<i>mine</i>", "ValidationIssue"):
        expect(panel).to_contain_text(part)


def test_a_listed_request_can_be_sent_again(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = client.get("/v1/sequences", params={"status": "ACTIVE", "size": 1}).json()["items"][0]["id"]
    body = {"variables": {"opening_line": "It's “quoted” — isn't it?"}}
    client.patch(f"/v1/sequences/{run_id}", json=body).raise_for_status()
    client.patch(f"/v1/sequences/{run_id}", json={"variables": {"opening_line": None}}).raise_for_status()
    row = page.locator("table tbody tr")
    expect(row).to_have_count(3)
    row.nth(1).get_by_role("link").click()
    panel = page.get_by_role("complementary", name="The selected request")
    for name in ("curl", "Python"):
        client.patch(f"/v1/sequences/{run_id}", json={"variables": {"opening_line": None}}).raise_for_status()
        panel.get_by_role("tab", name=name).click()
        panel.get_by_role("button", name=f"Copy as {name}").click()
        code = page.evaluate("navigator.clipboard.readText()")
        command = ["sh", "-c", code] if name == "curl" else [sys.executable, "-c", code]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        now = client.get(f"/v1/sequences/{run_id}").json()["variables"]
        assert now.items() >= body["variables"].items(), name


def test_a_body_is_said_to_be_cut_only_where_it_is(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = client.get("/v1/sequences", params={"status": "ACTIVE", "size": 1}).json()["items"][0]["id"]
    row = page.locator("table tbody tr")
    panel = page.get_by_role("complementary", name="The selected request")
    for count, note in enumerate(("é" * 100, "é" * 100_000)):
        client.patch(f"/v1/sequences/{run_id}", json={"variables": {"note": note}}).raise_for_status()
        expect(row).to_have_count(count + 2)
        row.first.get_by_role("link").click()
        expect(panel).to_contain_text("updateSequence")
        expect(panel.get_by_text("not all of it kept")).to_have_count(2 * count)


def test_the_consoles_own_readings_are_left_out_until_they_are_asked_for(visit, outside):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Journal").click()
    expect(page.get_by_text("No request yet.")).to_be_visible()
    page.get_by_label("The console's own readings too").check()
    expect(page.locator("table.journal tbody tr").first).to_contain_text("/v1/sequences?sort_by=updated_at")


def test_the_journal_is_filtered_and_cleared_and_taken_away(visit, outside):
    page = visit("/journal")
    client = outside(page)
    client.get("/v1/sequences")
    client.get("/v1/sequences/00000000-0000-4000-8000-000000000000")
    row = page.locator("table tbody tr")
    expect(row).to_have_count(2)
    page.get_by_label("Operation").select_option("getSequence")
    expect(row).to_have_count(1)
    page.get_by_label("Operation").select_option("")
    page.get_by_label("Status").fill("200")
    page.get_by_label("Status").press("Enter")
    expect(row).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download HAR").click()
    assert len(json.loads(saved.value.path().read_text())["log"]["entries"]) == 2
    page.get_by_role("button", name="Clear").click()
    expect(row).to_have_count(0)
    assert client.get("/_sandbox/journal").json()["total_count"] == 0
