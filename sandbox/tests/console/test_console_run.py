"""A run's page: its timeline and its place in the lifecycle first, then what can be done to it."""

import re

import pytest
from playwright.sync_api import expect

MARKUP = "<img src=x onerror=\"document.title='hit'\"><b>bold</b>"


def view(page):
    return page.locator("main:not([hidden])")


@pytest.fixture
def run_in(visit, outside):
    """Opens the page of a run in a status; returns page and id."""

    def open_run(status, **settings):
        page = visit(f"/watch?status={status}", **settings)
        view(page).locator("tbody a").first.click()
        expect(lit(page)).to_have_text(status)
        return page, page.url.rsplit("/", 1)[1]

    return open_run


def lit(page):
    """The status that the drawing shows as the current one."""
    return view(page).locator(".node.current")


def axis(page):
    return page.get_by_role("region", name="Timeline")


def actions(page):
    return page.get_by_role("region", name="Actions")


def outcome(page):
    return actions(page).locator(".exchange")


def test_requests_changes_and_clock_moves_are_on_one_axis(run_in, outside):
    page, run_id = run_in("ACTIVE")
    client = outside(page)
    now = client.get("/_sandbox/clock").json()["now"]
    until = page.evaluate("(now) => new Date(Date.parse(now) + 3600e3).toISOString()", now)
    client.post(f"/v1/sequences/{run_id}/pause", json={"paused_until": until}).raise_for_status()
    expect(axis(page).locator(".future")).to_contain_text("wake")
    client.post(f"/v1/sequences/{run_id}/resume", json={"no": "body"})
    client.post("/_sandbox/clock/advance", json={"by": "PT2H"}).raise_for_status()
    items = axis(page).locator(".item")
    expect(items.filter(has_text="The clock was moved forward by 2 h")).to_have_count(1)
    expect(items.filter(has_text="wake").filter(has_text="by the clock")).to_have_count(1)
    expect(items.filter(has_text="POST /v1/sequences").filter(has_text="400")).to_have_count(1)
    paused = items.filter(has_text="pause").filter(has_text="200")
    expect(paused).to_have_count(1)
    expect(lit(page)).to_have_text(re.compile("ACTIVE|WAITING_FOR_USER"))
    page.reload()
    expect(items.filter(has_text="The clock was moved forward by 2 h")).to_have_count(1)
    expect(items.filter(has_text="400")).to_have_count(1)
    paused.get_by_role("link").click()
    expect(page.get_by_role("complementary", name="The selected request")).to_contain_text("pauseSequence")


def test_lanes_are_switched_off_and_on(run_in, outside):
    page, run_id = run_in("ACTIVE")
    outside(page).get(f"/v1/sequences/{run_id}")
    read = axis(page).locator(".item").filter(has_text="GET /v1/sequences")
    expect(read).to_have_count(1)
    axis(page).get_by_role("button", name="Requests").click()
    expect(read).to_have_count(0)
    axis(page).get_by_role("button", name="Requests").click()
    expect(read).to_have_count(1)


def test_the_newest_is_on_top_and_times_are_of_24_hours(run_in, outside):
    page, run_id = run_in("WAITING_FOR_USER")
    outside(page).post(f"/_sandbox/sequences/{run_id}/events", json={"event": "answer"}).raise_for_status()
    expect(axis(page).locator(".item").first).to_contain_text("answer")
    texts = axis(page).locator("time").all_text_contents()
    assert all(re.search(r"\d\d:\d\d:\d\d$", text) for text in texts)
    assert not re.search(r"\b[AP]M\b", page.locator("body").inner_text())


@pytest.mark.parametrize("held", ["/history", "/journal?", "/v1/sequences/", "/_sandbox/events"])
def test_what_happens_while_the_page_reads_is_on_the_axis(run_in, outside, held):
    page, run_id = run_in("WAITING_FOR_USER")
    routes, holding = [], True

    def hold(route):
        # Of a stream the opening is held, of anything else the response, which is then older than what happens next.
        if holding:
            routes.append((route, None if held.endswith("events") else route.fetch()))
        else:
            route.continue_()

    page.route(lambda url: held in url, hold)
    page.reload()
    expect(page.locator("#key option").first).to_be_attached()
    page.wait_for_timeout(500)
    assert routes
    outside(page).post(f"/_sandbox/sequences/{run_id}/events", json={"event": "answer"}).raise_for_status()
    page.wait_for_timeout(500)
    holding = False
    for route, response in routes:
        if response is None:
            route.continue_()
        else:
            route.fulfill(response=response)
    expect(axis(page).locator(".item").first).to_contain_text("answer")
    expect(lit(page)).not_to_have_text("WAITING_FOR_USER")


@pytest.mark.parametrize(
    ("status", "main"),
    [("ACTIVE", "Pause"), ("WAITING_FOR_LEAD", "Resume"), ("WAITING_FOR_USER", None), ("FOUND", None)],
)
def test_one_action_leads_and_stop_is_set_apart(run_in, status, main):
    page, _ = run_in(status)
    assert actions(page).locator("button.primary").all_inner_texts() == ([main] if main else [])
    expect(actions(page).locator(".apart").get_by_role("button", name="Stop")).to_have_class("danger")
    assert actions(page).get_by_role("button", name="Stop").count() == 1


def test_a_run_that_the_fixture_paused_shows_when_it_wakes(visit):
    page = visit("/watch?status=WAITING_FOR_LEAD")
    view(page).locator("tbody a").first.click()
    expect(view(page).locator(".wake")).to_have_text(re.compile("^wakes .* UTC, in "))
    expect(axis(page).locator(".future")).to_contain_text("wake")


def test_an_active_run_shows_its_next_step_also_where_another_falls_due_first(visit):
    page = visit("/runs/88c23cea-f199-4cf0-964c-3f1e007417b7")
    expect(axis(page).locator(".future")).to_contain_text(re.compile("execute in 2[67] d"))
    expect(view(page).locator(".wake")).to_have_count(0)
    actions(page).get_by_role("button", name="Stop").click()
    expect(lit(page)).to_have_text("STOPPED_EARLY")
    expect(axis(page).locator(".future")).to_have_count(0)


def test_a_pause_shows_when_the_run_wakes_until_it_does_or_is_resumed(run_in):
    page, _ = run_in("ACTIVE")
    actions(page).get_by_role("button", name="Pause").click()
    expect(outcome(page)).to_contain_text("200")
    expect(lit(page)).to_have_text("WAITING_FOR_LEAD")
    expect(view(page).locator(".wake")).to_have_text(re.compile("^wakes Mon .*, 09:00 UTC, in "))
    actions(page).get_by_role("button", name="Resume").click()
    expect(lit(page)).to_have_text("ACTIVE")
    expect(view(page).locator(".wake")).to_have_count(0)
    actions(page).get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Jump there").click()
    expect(axis(page)).to_contain_text("wake")
    expect(lit(page)).not_to_have_text("WAITING_FOR_LEAD")
    expect(page.locator("#clock .day")).to_have_text("Mon")
    expect(view(page).locator(".wake")).to_have_count(0)


def test_what_is_not_possible_can_be_tried_and_teaches(run_in, outside):
    page, run_id = run_in("ACTIVE")
    before = outside(page).get(f"/v1/sequences/{run_id}").json()
    page.get_by_text("Not possible now").click()
    actions(page).get_by_role("button", name="Resume").click()
    for part in ("422", "BusinessIssue", "x-request-id"):
        expect(outcome(page)).to_contain_text(part)
    outcome(page).get_by_role("tab", name="Request").click()
    expect(outcome(page)).to_contain_text(f"POST /v1/sequences/{run_id}/resume HTTP/1.1")
    assert outside(page).get(f"/v1/sequences/{run_id}").json() == before


def test_the_engines_events_are_at_hand_and_end_with_the_run(run_in):
    page, _ = run_in("WAITING_FOR_USER")
    assert actions(page).locator(":scope > .acts button").all_inner_texts() == ["answer", "skip", "fail"]
    actions(page).get_by_role("button", name="fail").click()
    expect(lit(page)).to_have_text("FAILED")
    expect(actions(page)).to_contain_text("Nothing: this run has ended.")
    expect(actions(page).get_by_role("heading", name="End this run")).to_be_hidden()


def test_the_drawing_says_what_it_shows(run_in):
    page, _ = run_in("FOUND")
    words = view(page).get_by_role("img").get_attribute("aria-label")
    assert words.startswith("The run is FOUND. It can go to ACTIVE by activate, REFUSED by refuse")


def test_fields_contact_and_template_are_shown(run_in, outside):
    page, run_id = run_in("COMPLETED")
    run = outside(page).get(f"/v1/sequences/{run_id}").json()
    assert view(page).locator(".fields").first.locator("dt").all_text_contents() == list(run)
    contact = outside(page).get(f"/v1/contacts/{run['contact_id']}").json()
    expect(view(page).locator(".run-title h2")).to_have_text(f"{contact['first_name']} {contact['last_name']}")
    page.get_by_text(f"Contact: {contact['first_name']}").click()
    expect(view(page).locator(".record").first).to_contain_text(contact["email"])
    view(page).locator(".fields").first.get_by_role("link", name=contact["last_name"]).click()
    expect(view(page).locator(".request .path")).to_have_text(f"/v1/contacts/{contact['id']}")


def test_markup_in_a_run_is_shown_as_it_is_written(run_in, outside):
    page, run_id = run_in("ACTIVE")
    outside(page).patch(f"/v1/sequences/{run_id}", json={"variables": {MARKUP: MARKUP}}).raise_for_status()
    expect(view(page).locator(".fields").first).to_contain_text("<b>bold</b>")
    assert page.locator("main img").count() == 0
    assert page.title() != "hit"


@pytest.mark.parametrize(("key", "status"), [("Read only", "403"), ("No key", "401")])
def test_actions_are_made_with_the_chosen_key(run_in, key, status):
    page, _ = run_in("ACTIVE")
    page.get_by_label("Key", exact=True).select_option(label=key)
    actions(page).get_by_role("button", name="Stop").click()
    expect(outcome(page)).to_contain_text(status)
    expect(lit(page)).to_have_text("ACTIVE")


def test_what_is_typed_stays_while_the_run_changes(run_in, outside):
    page, run_id = run_in("ACTIVE")
    typed = actions(page).get_by_label("paused_until")
    typed.fill("2098-05-05T05:05:05Z")
    outside(page).patch(f"/v1/sequences/{run_id}", json={"variables": {"note": "new"}}).raise_for_status()
    expect(view(page).locator(".fields").first).to_contain_text("new")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("2098-05-05T05:05:05Z")


def test_a_key_that_may_not_write_is_told_beside_the_actions(run_in):
    page, _ = run_in("ACTIVE")
    expect(actions(page)).not_to_contain_text("each of these gets")
    page.get_by_label("Key", exact=True).select_option("Read only")
    expect(actions(page)).to_contain_text("The chosen key may not write: each of these gets 403.")
    page.get_by_label("Key", exact=True).select_option("No key")
    expect(actions(page)).to_contain_text("No key is chosen: each of these gets 401.")


def test_a_move_of_the_clock_stands_below_what_fell_due_at_its_end(run_in):
    page, _ = run_in("ACTIVE")
    actions(page).get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Jump there").click()
    expect(axis(page)).to_contain_text("The clock was moved forward")
    items = [
        item for item in axis(page).locator("li.item .what").all_text_contents() if item.startswith(("wake", "The"))
    ]
    assert items[0].startswith("wake")
    assert items[1].startswith("The clock was moved forward")


@pytest.mark.parametrize("status", ["ACTIVE", "WAITING_FOR_LEAD", "FOUND"])
def test_every_word_of_the_lifecycle_is_within_its_drawing(run_in, status):
    page, _ = run_in(status)
    outside = page.evaluate("""() => {
        const { x, y, width, height } = document.querySelector("svg.diagram").viewBox.baseVal;
        return [...document.querySelectorAll("svg.diagram text")].map((each) => [each.textContent, each.getBBox()])
            .filter(([, box]) => box.x < x || box.y < y || box.x + box.width > x + width || box.y + box.height > y + height)
            .map(([text]) => text);
    }""")
    assert outside == []
