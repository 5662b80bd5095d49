"""Watch: runs live as the public API lists them, the lifecycle drawn and lit, moves with their exact answers."""

import re

import pytest
from playwright.sync_api import expect

SCRIPT = "<img src=x onerror=\"document.title='struck'\"><b>bold</b>"


def rows(page):
    return page.locator("table tbody tr")


def run_in(page, status):
    """Selects the first run in a status; returns its panel and its id."""
    page.get_by_label("Status").select_option(status)
    expect(rows(page).first.get_by_text(status, exact=True)).to_be_visible()
    row = rows(page).first
    run_id = row.get_attribute("data-id")
    row.get_by_role("link").click()
    panel = page.get_by_role("complementary", name="The selected run")
    expect(lit(panel)).to_have_text(status)
    return panel, run_id


def lit(panel):
    """The status that the drawing shows as the present one."""
    return panel.locator(".node.current")


def answer(panel):
    return panel.locator(".shown")


def test_the_list_is_what_the_public_api_answers(visit, outside):
    page = visit("/watch")
    query = {"sort_by": "updated_at", "sort_order": "desc"}
    for change in (
        lambda: None,
        lambda: (page.get_by_label("Status").select_option("FAILED"), query.update(status="FAILED")),
        lambda: (page.get_by_label("On a page").select_option("25"), query.update(size="25")),
        lambda: (page.get_by_role("button", name="Created").click(), query.update(sort_by="created_at")),
        lambda: (page.get_by_role("button", name="Created").click(), query.update(sort_order="asc")),
    ):
        change()
        answered = outside(page).get("/v1/sequences", params=query).json()
        shown = f"1–{len(answered['items'])} of {answered['total_count']}"
        expect(page.locator(".pager")).to_contain_text(shown)
        for name, value in query.items():
            expect(page.locator(".asked code")).to_contain_text(f"{name}={value}")
        ids = [run["id"] for run in answered["items"]]
        expect(rows(page).first).to_have_attribute("data-id", ids[0])
        assert [row.get_attribute("data-id") for row in rows(page).all()] == ids


def test_pages_are_turned_and_an_address_can_be_shared(visit, sandbox):
    page = visit("/watch?status=ACTIVE&sort_by=created_at&sort_order=asc")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".pager")).to_contain_text("11–20 of")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_focused()
    assert "page=2" in page.url
    first = rows(page).first.get_attribute("data-id")
    page.reload()
    expect(rows(page).first).to_have_attribute("data-id", first)


def test_nothing_that_matches_is_said_and_mended(visit, outside):
    page = visit("/watch?sequence_template_id=00000000-0000-4000-8000-000000000000")
    expect(page.get_by_text("No run matches.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(rows(page)).to_have_count(10)


def test_what_another_client_does_is_seen_without_asking(visit, outside):
    page = visit("/watch?status=ACTIVE")
    panel, run_id = run_in(page, "ACTIVE")
    stop = {"reason": "WIN", "scope": "CONTACT"}
    outside(page).post(f"/v1/sequences/{run_id}/stop", json=stop).raise_for_status()
    expect(lit(panel)).to_have_text("STOPPED_EARLY")
    expect(page.locator(f"tr[data-id='{run_id}']")).to_have_count(0)
    expect(panel.get_by_text("stop by client")).to_be_visible()
    expect(page.get_by_role("button", name="What happened")).to_contain_text("stop")


def test_a_paused_run_wakes_at_the_next_due_moment(visit, outside):
    page = visit("/watch")
    panel, run_id = run_in(page, "ACTIVE")
    now = outside(page).get("/_sandbox/clock").json()["now"]
    in_a_minute = page.evaluate("(now) => new Date(Date.parse(now) + 60000).toISOString().slice(0, 19)", now)
    panel.get_by_label("paused_until").fill(in_a_minute)
    panel.get_by_role("button", name="Pause").click()
    expect(answer(panel)).to_contain_text("200")
    expect(lit(panel)).to_have_text("WAITING_FOR_LEAD")
    expect(panel.get_by_text(re.compile("^Wakes .* in "))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Next due: wake")).click()
    expect(lit(panel)).to_have_text("ACTIVE")
    expect(panel.get_by_text("wake by clock")).to_be_visible()
    assert outside(page).get(f"/v1/sequences/{run_id}").json()["status"] == "ACTIVE"


def test_a_refused_move_shows_the_error_as_a_developer_gets_it(visit, outside):
    page = visit("/watch")
    panel, run_id = run_in(page, "ACTIVE")
    before = outside(page).get(f"/v1/sequences/{run_id}").json()
    panel.get_by_role("button", name="Resume").click()
    for part in ("422", "BusinessIssue", "cannot resume; that is possible from WAITING_FOR_LEAD", "x-request-id"):
        expect(answer(panel)).to_contain_text(part)
    answer(panel).get_by_role("tab", name="Request").click()
    expect(answer(panel)).to_contain_text(f"POST /v1/sequences/{run_id}/resume HTTP/1.1")
    assert outside(page).get(f"/v1/sequences/{run_id}").json() == before


def test_legal_moves_stand_out_and_end_with_the_run(visit):
    page = visit("/watch")
    panel, _ = run_in(page, "WAITING_FOR_USER")
    primary = panel.locator("button.primary")
    assert primary.all_inner_texts() == ["Stop"]
    engine = panel.locator(".moves > .acts button")
    assert engine.all_inner_texts() == ["answer", "skip", "fail"]
    panel.get_by_role("button", name="fail").click()
    expect(lit(panel)).to_have_text("FAILED")
    expect(panel.get_by_text("Nothing: this run has ended.")).to_be_visible()
    expect(primary).to_have_count(0)


def test_the_drawing_says_what_it_shows(visit):
    page = visit("/watch")
    panel, _ = run_in(page, "FOUND")
    words = panel.get_by_role("img").get_attribute("aria-label")
    assert words.startswith("The run is FOUND. It can go to ACTIVE by activate, REFUSED by refuse")
    assert panel.locator(".node.next").all_text_contents() == ["ACTIVE", "REFUSED", "FAILED", "STOPPED_EARLY"]


def test_a_run_shows_its_ten_fields(visit, outside):
    page = visit("/watch")
    panel, run_id = run_in(page, "COMPLETED")
    run = outside(page).get(f"/v1/sequences/{run_id}").json()
    assert panel.locator(".fields dt").all_text_contents() == list(run)
    expect(panel.locator(".fields")).to_contain_text(run["contact_id"])


def test_markup_in_a_run_is_shown_as_it_is_written(visit, outside):
    page = visit("/watch")
    panel, run_id = run_in(page, "ACTIVE")
    body = {"variables": {SCRIPT: SCRIPT}}
    outside(page).patch(f"/v1/sequences/{run_id}", json=body).raise_for_status()
    expect(panel.locator(".fields")).to_contain_text(SCRIPT.replace('"', '\\"'))
    panel.get_by_role("button", name="Update").click()
    expect(answer(panel)).to_contain_text("<b>bold</b>")
    assert page.locator("main img, main b:text-is('bold')").count() == 0
    assert page.title() == "Watch · Sequences sandbox"


def test_a_run_that_is_not_there_is_said_with_the_answer(visit):
    page = visit("/watch?run=00000000-0000-4000-8000-000000000000")
    panel = page.get_by_role("complementary", name="The selected run")
    expect(panel).to_contain_text("This run cannot be shown")
    expect(panel).to_contain_text("NotFoundIssue")


@pytest.mark.parametrize(("key", "status"), [("Read only", "403"), ("No key", "401")])
def test_moves_are_made_with_the_chosen_key(visit, key, status):
    page = visit("/watch")
    page.get_by_label("Key", exact=True).select_option(key)
    panel, _ = run_in(page, "ACTIVE")
    panel.get_by_role("button", name="Stop").click()
    expect(answer(panel)).to_contain_text(status)
    expect(lit(panel)).to_have_text("ACTIVE")
