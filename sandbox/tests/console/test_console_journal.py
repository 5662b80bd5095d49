"""The journal: every request of the world as it comes, found by what it was, sent again, and asked about."""

import json
import shlex
import subprocess
import sys

from playwright.sync_api import expect


def view(page):
    return page.locator("main:not([hidden])")


def rows(page):
    return view(page).locator("tbody tr")


def entry(page):
    return page.get_by_role("complementary", name="The selected request")


def an_active_run(client):
    return client.get("/v1/sequences", params={"status": "ACTIVE", "size": 1}).json()["items"][0]["id"]


def test_a_request_from_outside_is_listed_as_it_happens(visit, outside):
    page = visit("/journal")
    expect(view(page).get_by_text("No request yet.")).to_be_visible()
    command = shlex.split(view(page).locator(".nothing pre").text_content())
    subprocess.run([word for word in command if word.strip()], check=True, capture_output=True, timeout=60)
    expect(rows(page)).to_have_count(1)
    sent = outside(page, "Read only").post("/v1/sequences", content=b"x", headers={"User-Agent": "<i>mine</i>"})
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("405")
    expect(rows(page).last).to_contain_text("curl")
    rows(page).first.get_by_role("link").click()
    for part in (sent.headers["x-request-id"], "Read only", "<i>mine</i>", "ValidationIssue"):
        expect(entry(page)).to_contain_text(part)


def test_a_request_that_just_came_is_listed_with_its_query(visit, outside):
    page = visit("/journal")
    expect(view(page).get_by_text("No request yet.")).to_be_visible()
    outside(page).get("/v1/sequences", params={"status": "ACTIVE", "size": 7})
    expect(rows(page).first).to_contain_text("/v1/sequences?status=ACTIVE&size=7")


def test_what_was_asked_for_is_read_at_any_width(visit, outside):
    page = visit("/journal")
    for organization in (0, 1):
        outside(page, organization=organization).get("/v1/sequences", params={"status": "ACTIVE", "size": 7})
    expect(rows(page)).to_have_count(2)
    for width in (1440, 1400, 1280, 1240, 1200, 1180, 1100, 1024, 1000, 900, 820):
        page.set_viewport_size({"width": width, "height": 900})
        cut = (
            view(page)
            .locator(".asked-for")
            .evaluate_all("(cells) => cells.map((td) => td.scrollWidth - td.clientWidth)")
        )
        assert max(cut) <= 80, (width, cut)  # of the query an end at most
        beside = view(page).locator(".scroll").evaluate("(box) => box.scrollWidth - box.clientWidth")
        assert beside <= 0, width


def test_what_a_program_sent_is_told_from_what_this_browser_sent(visit, outside):
    page = visit("/try/getMe")
    page.get_by_role("button", name="Send", exact=True).click()
    outside(page).get("/v1/me", headers={"User-Agent": "crm-sync/2.1 (nightly)"})
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first.get_by_role("cell", name="crm-sync", exact=True)).to_be_visible()
    expect(rows(page).last.get_by_role("cell", name="this browser", exact=True)).to_be_visible()
    page.get_by_label("Text").fill("CRM-sync/2")
    expect(rows(page)).to_have_count(1)


def test_the_time_that_the_server_took_is_told_from_the_round_trip(visit):
    page = visit("/watch?status=ACTIVE")
    view(page).locator("tbody a").first.click()
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("region", name="Actions").locator(".verdict")).to_contain_text("ms round trip")
    kept = page.get_by_role("region", name="Timeline").get_by_role("link", name="/pause")
    expect(kept).to_contain_text("ms on the server")
    kept.click()
    expect(entry(page).locator(".verdict")).to_contain_text("ms on the server")
    entry(page).get_by_role("button", name="Send again").click()
    expect(entry(page).locator(".outcome-place .verdict")).to_contain_text("ms round trip")
    page.get_by_role("link", name="Close the request").click()
    expect(page.get_by_role("columnheader", name="Server took")).to_be_visible()


def test_the_machines_time_and_the_worlds_time_are_both_shown(visit, outside):
    page = visit("/journal")
    client = outside(page)
    client.post("/_sandbox/clock/advance", json={"to": "2031-03-03T09:00:00Z"}).raise_for_status()
    client.get("/v1/me")
    expect(rows(page).first.locator("td").nth(1)).to_contain_text("3 Mar")
    rows(page).first.get_by_role("link").click()
    expect(entry(page)).to_contain_text("World time3 Mar 2031, 09:00")
    year = page.evaluate("new Date().getUTCFullYear()")
    expect(entry(page).locator("dd").first).to_contain_text(str(year))


def test_filters_are_the_sandboxs_and_combine(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = an_active_run(client)
    client.get(f"/v1/sequences/{run_id}")
    client.get("/v1/sequences/abc")
    client.patch(f"/v1/sequences/{run_id}", json={"variables": {"note": "needle in a body"}})
    outside(page, "Read only").get("/v1/me")
    expect(rows(page)).to_have_count(5)
    for label, value, count in (
        ("Operation", "getSequence", 2), ("Status", "4xx", 1), ("Operation", "", 1), ("Status", "", 5),
        ("Method", "PATCH", 1), ("Method", "", 5), ("Key", "Read only, Northwind Example", 1), ("Key", "", 5),
    ):  # fmt: skip
        view(page).get_by_label(label).select_option(value)
        expect(rows(page)).to_have_count(count)
    page.get_by_label("Text").fill("NEEDLE in")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Text").fill("")
    view(page).get_by_label("Run").fill(run_id)
    expect(rows(page)).to_have_count(2)


def test_nothing_matches_is_another_thing_than_nothing_yet(visit, outside):
    page = visit("/journal?status=5xx")
    expect(view(page)).to_contain_text("No entry matches.")
    page.get_by_role("link", name="Show all").click()
    expect(view(page)).to_contain_text("No request yet.")


def test_a_filter_that_cannot_be_is_told_with_a_way_out(visit):
    page = visit("/journal?status=nonsense")
    expect(view(page)).to_contain_text("'status' is 'nonsense'")
    page.get_by_role("button", name="Show all").click()
    expect(view(page)).to_contain_text("No request yet.")


def test_bodies_are_read_only_when_an_entry_is_opened(visit, outside):
    page = visit("/journal")
    client = outside(page)
    client.patch(f"/v1/sequences/{an_active_run(client)}", json={"variables": {"note": "heavy"}})
    journal, answers = page.url, []
    page.goto("about:blank")  # a browser forgets the bodies of the page before
    page.on("response", lambda response: answers.append(response) if "/_sandbox/journal?" in response.url else None)
    page.goto(journal)
    expect(rows(page)).to_have_count(2)
    assert answers
    assert all("body" not in each["request"] for answer in answers for each in answer.json()["items"])
    rows(page).first.get_by_role("link").click()
    expect(entry(page)).to_contain_text("heavy")


def test_a_request_leads_to_its_run_and_is_sent_again(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = an_active_run(client)
    client.patch(f"/v1/sequences/{run_id}", json={"variables": {"note": "again"}}).raise_for_status()
    client.patch(f"/v1/sequences/{run_id}", json={"variables": {"note": None}}).raise_for_status()
    expect(rows(page)).to_have_count(3)
    rows(page).nth(1).get_by_role("link").click()
    entry(page).get_by_role("button", name="Send again").click()
    expect(entry(page)).to_contain_text("Sent again just now")
    assert client.get(f"/v1/sequences/{run_id}").json()["variables"]["note"] == "again"
    entry(page).get_by_role("link", name="Open its run").click()
    expect(page.get_by_role("region", name="Timeline")).to_be_visible()
    assert page.url.endswith(run_id)


def test_a_request_is_sent_again_as_code(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = an_active_run(client)
    body = {"variables": {"opening_line": "It's “quoted” — isn't it?"}}
    client.patch(f"/v1/sequences/{run_id}", json=body).raise_for_status()
    expect(rows(page)).to_have_count(2)
    rows(page).first.get_by_role("link").click()
    for name in ("curl", "Python"):
        client.patch(f"/v1/sequences/{run_id}", json={"variables": {"opening_line": None}}).raise_for_status()
        entry(page).get_by_role("tab", name=name).click()
        entry(page).get_by_role("button", name=f"Copy as {name}").click()
        code = page.evaluate("navigator.clipboard.readText()")
        command = ["sh", "-c", code] if name == "curl" else [sys.executable, "-c", code]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        now = client.get(f"/v1/sequences/{run_id}").json()["variables"]
        assert now.items() >= body["variables"].items(), name


def test_a_body_is_said_to_be_cut_only_where_it_is(visit, outside):
    page = visit("/journal")
    client = outside(page)
    run_id = an_active_run(client)
    for count, note in enumerate(("é" * 100, "é" * 100_000)):
        client.patch(f"/v1/sequences/{run_id}", json={"variables": {"note": note}}).raise_for_status()
        expect(rows(page)).to_have_count(count + 2)
        rows(page).first.get_by_role("link").click()
        expect(entry(page)).to_contain_text("updateSequence")
        expect(entry(page).get_by_text("not all of it kept")).to_have_count(2 * count)


def test_a_verification_says_yes_or_shows_the_nearest_misses(visit, outside):
    page = visit("/journal?operation=stopSequence")
    client = outside(page)
    run_id = an_active_run(client)
    client.post(f"/v1/sequences/{run_id}/stop", json={"reason": "LOSE", "scope": "CONTACT"}).raise_for_status()
    page.get_by_text("Verify what was sent").click()
    page.get_by_label("Body holds, as JSON").fill('{"reason": "WIN"}')
    page.get_by_role("button", name="Verify").click()
    expect(view(page).locator(".told")).to_have_text("No: 0 requests match.")
    expect(view(page).locator(".verify .cards")).to_contain_text('body.reason is "LOSE", not "WIN"')
    page.get_by_label("Body holds, as JSON").fill('{"reason": "LOSE"}')
    page.get_by_label("How often").select_option("exactly")
    page.get_by_role("button", name="Verify").click()
    expect(view(page).locator(".told")).to_have_text("Yes: 1 request matches.")


def test_a_body_that_is_no_json_is_named_with_what_to_write(visit):
    page = visit("/journal")
    page.get_by_text("Verify what was sent").click()
    page.get_by_label("Body holds, as JSON").fill("{reason")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#notice")).to_contain_text("What the body holds is not valid JSON")


def test_a_request_whose_key_is_not_here_is_sent_with_the_chosen_one(visit, outside, world_of):
    page = visit("/journal")
    outside(page).get("/v1/me").raise_for_status()
    narrow = next(each["token"] for each in world_of(page)["keys"] if each["name"] == "Read only")
    other = visit(f"/journal#key={narrow}")
    other.get_by_role("dialog").get_by_role("button", name="Open", exact=True).click()
    rows(other).first.get_by_role("link").click()
    expect(entry(other)).to_contain_text("is not in this browser")
    entry(other).get_by_role("button", name="Send with the chosen key").click()
    expect(entry(other).locator(".outcome-place")).to_contain_text("200")


def test_every_entry_is_reached_and_each_page_is_read_once(visit, outside):
    page = visit("/journal")
    client = outside(page)
    for _ in range(520):
        client.get("/v1/me")
    page.reload()
    expect(view(page).locator(".pager")).to_contain_text("50 of 520")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/_sandbox/journal?" in request.url else None)
    for count in (*range(100, 501, 50), 520):
        view(page).get_by_role("button", name="Older ones").click()
        expect(rows(page)).to_have_count(count)
    expect(view(page).locator(".pager")).to_contain_text("520 of 520")
    expect(view(page).get_by_role("button", name="Older ones")).to_have_count(0)
    assert [url.rpartition("page=")[2] for url in asked] == [str(number) for number in range(2, 12)]
    client.get("/v1/sequences")
    expect(view(page).locator(".pager")).to_contain_text("520 of 521")


def test_a_journal_that_a_program_empties_is_shown_empty(visit, outside):
    page = visit("/journal")
    client = outside(page)
    client.get("/v1/me")
    expect(rows(page)).to_have_count(1)
    client.delete("/_sandbox/journal").raise_for_status()
    expect(view(page)).to_contain_text("No request yet.")


def test_the_journal_is_taken_away_and_emptied_after_a_question(visit, outside):
    page = visit("/journal")
    client = outside(page)
    client.get("/v1/sequences")
    expect(rows(page)).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download HAR").click()
    assert len(json.loads(saved.value.path().read_text())["log"]["entries"]) == 1
    page.get_by_role("button", name="Clear…").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Clear…").click()
    page.get_by_role("dialog").get_by_role("button", name="Empty it").click()
    expect(rows(page)).to_have_count(0)
    assert client.get("/_sandbox/journal").json()["total_count"] == 0
