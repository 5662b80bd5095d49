"""The visitor's world: its time, its snapshots, the other worlds of this browser. Nothing is lost without a word."""

import json
import re

import pytest
from playwright.sync_api import expect

MARKUP = "<b>Bold</b>"
HOST = "sandbox.example"
"""The browser is told that such names are this machine."""


def view(page):
    return page.locator("main:not([hidden])")


def rows(page):
    return view(page).locator("tbody tr")


def clock(client):
    return client.get("/_sandbox/clock").json()


def menu(page):
    page.get_by_role("button", name="World").click()
    return page.locator("#menu")


@pytest.mark.parametrize(
    ("path", "opener", "label", "typed"),
    [
        ("/watch", "World", "A key of another world", "topo_half"),
        ("/watch", "World", "Name of the snapshot", "befo"),
        ("/watch", "World", "Fixture", "empty"),
        ("/watch", None, "Go to a run", "88c23cea"),
        ("/faults", "By key, method or path", "Key named", "Read only"),
        ("/faults", "By key, method or path", "Path", "/v1/se"),
        ("/faults", None, "Calls", "7"),
    ],
)
def test_what_is_being_typed_outlives_a_stream_of_events_that_opens_late(visit, path, opener, label, typed):
    held, late = [], True
    page = visit(quiet=True)
    page.route(lambda url: "/_sandbox/events" in url, lambda route: held.append(route) if late else route.continue_())
    page.goto(page.url.rstrip("/") + path)
    if opener:
        page.get_by_text(opener, exact=True).click()
    field = page.get_by_label(label, exact=True)
    if field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(typed)
    else:
        field.fill(typed)
    assert held
    late = False
    with page.expect_response(lambda response: response.url.endswith("/_sandbox/clock")):
        held[-1].continue_()  # one before may be of the page that was left
    page.wait_for_timeout(300)
    expect(field).to_have_value(typed)


def new_world(page, fixture):
    place = menu(page)
    place.get_by_label("Fixture").select_option(fixture)
    place.get_by_role("button", name="New world").click()
    expect(page.locator("#notice")).to_contain_text("This is a new world")


def test_time_is_frozen_and_runs_again(visit, outside):
    page = visit("/watch")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    assert clock(outside(page))["frozen"]
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("button", name="Freeze")).to_be_visible()
    assert not clock(outside(page))["frozen"]


@pytest.mark.parametrize(("button", "by"), [("+1 hour", "PT1H"), ("+1 day", "P1D")])
def test_time_is_moved_and_what_fired_appears(visit, outside, button, by):
    page = visit("/watch")
    client = outside(page)
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    client.put("/_sandbox/snapshots/before").raise_for_status()
    page.get_by_role("button", name=button).click()
    expect(page.locator("#said")).to_contain_text("on the way")
    reached = clock(client)["now"]
    count = int(re.search(r"(\d+) changes? on the way", page.locator("#said").text_content())[1])
    page.get_by_role("button", name="What happened").click()
    expect(page.locator("#fired li").first).to_be_visible()
    shown = {row.get_attribute("data-id") for row in page.locator("#fired li").all()}
    client.post("/_sandbox/snapshots/before/restore").raise_for_status()
    answer = client.post("/_sandbox/clock/advance", json={"by": by}).json()
    assert (answer["now"], answer["fired_count"]) == (reached, count)
    assert shown
    assert shown <= {each["sequence_id"] for each in answer["fired"]}


def test_time_is_set_to_next_monday_or_any_time_ahead(visit):
    page = visit("/watch")
    page.get_by_role("button", name="Set…").click()
    page.get_by_role("button", name=re.compile("^Next Monday")).click()
    expect(page.locator("#clock time")).to_have_text(re.compile(r", 09:00:\d\d$"))
    expect(page.locator("#clock .day")).to_have_text("Mon")
    page.get_by_role("button", name="Set…").click()
    page.get_by_label("Time, UTC").fill("2000-01-01T00:00:00Z")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("#notice")).to_contain_text(re.compile("clock", re.IGNORECASE))


def test_a_reset_begins_again_and_can_be_undone(visit, outside):
    page = visit("/watch?status=ACTIVE")
    client = outside(page)
    run_id = rows(page).first.get_attribute("data-id")
    client.post(f"/v1/sequences/{run_id}/stop", json={"reason": "WIN", "scope": "CONTACT"}).raise_for_status()
    stopped = lambda: client.get(f"/v1/sequences/{run_id}").json()["status"] == "STOPPED_EARLY"  # noqa: E731
    assert stopped()
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#ask")).to_contain_text("Undo will bring back the runs and the clock, but not the journal.")
    page.get_by_role("button", name="Cancel").click()
    assert stopped()
    menu(page).get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Begin again").click()
    expect(page.locator("#notice")).to_contain_text("The world began again")
    assert not stopped()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("The world is as it was")
    assert stopped()


def test_a_reset_that_was_declined_leaves_the_undo_of_the_one_before(visit, outside):
    page = visit("/watch?status=ACTIVE")
    client = outside(page)
    first = client.get("/_sandbox/clock").json()["now"]
    client.post("/_sandbox/clock/advance", json={"to": "2035-01-01T00:00:00Z"}).raise_for_status()
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#notice")).to_contain_text("The world began again")
    assert client.get("/_sandbox/clock").json()["now"][:10] == first[:10]
    client.get("/v1/me").raise_for_status()
    menu(page).get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("The world is as it was")
    assert client.get("/_sandbox/clock").json()["now"].startswith("2035")


def test_a_reset_asks_before_it_takes_a_rate_limit(visit, outside):
    page = visit("/watch")
    client = outside(page)
    client.put("/_sandbox/rate-limit", json={"limit": 60, "per_seconds": 60}).raise_for_status()
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#ask")).to_contain_text("but not the rate limit.")
    page.get_by_role("button", name="Cancel").click()
    assert client.get("/_sandbox/rate-limit").json()["rate_limit"]["limit"] == 60


def test_a_reset_that_nothing_is_lost_by_asks_nothing(visit):
    page = visit("/watch")
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#notice")).to_contain_text("The world began again")


def test_where_no_more_snapshots_can_be_kept_it_is_told_that_there_is_no_way_back(visit):
    page = visit("/watch")
    full = {"message": "A world keeps 10 snapshots at most; delete one first."}
    page.route("**/_sandbox/snapshots/before-reset", lambda route: route.fulfill(status=413, json=full))
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#ask")).to_contain_text("No Undo brings back the runs and the clock")
    page.get_by_role("button", name="Begin again").click()
    expect(page.locator("#notice")).to_contain_text("The world began again")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


@pytest.mark.parametrize("path", ["/watch", "/journal", "/faults", "/try/pauseSequence", "/"])
def test_after_a_reset_by_anyone_no_view_shows_the_old_state(visit, outside, path):
    page = visit(path)
    client = outside(page)
    client.post("/_sandbox/clock/advance", json={"to": "2035-01-01T00:00:00Z"}).raise_for_status()
    client.post("/_sandbox/faults", json={"effect": {"status": 503}, "match": {"operation": "getMe"}})
    expect(page.locator("#clock time")).to_contain_text("2035")
    expect(page.locator("#banner")).to_be_visible()
    client.post("/_sandbox/world/reset").raise_for_status()
    expect(page.locator("#clock time")).not_to_contain_text("2035")
    expect(page.locator("#banner")).to_be_hidden()
    expect(view(page)).not_to_contain_text("2035")


def test_a_run_page_is_of_the_restored_state(visit, outside):
    page = visit("/watch?status=ACTIVE")
    client = outside(page)
    client.put("/_sandbox/snapshots/before").raise_for_status()
    view(page).locator("tbody a").first.click()
    run_id = page.url.rsplit("/", 1)[1]
    client.post(f"/v1/sequences/{run_id}/stop", json={"reason": "WIN", "scope": "CONTACT"}).raise_for_status()
    expect(view(page).locator(".node.current")).to_have_text("STOPPED_EARLY")
    client.post("/_sandbox/snapshots/before/restore").raise_for_status()
    expect(view(page).locator(".node.current")).to_have_text("ACTIVE")
    expect(page.get_by_role("region", name="Timeline").locator(".item").filter(has_text="by a request")).to_have_count(
        0
    )


def test_named_snapshots_are_kept_restored_and_deleted(visit, outside):
    page = visit("/watch")
    client = outside(page)
    place = menu(page)
    place.get_by_label("Name of the snapshot").fill("lunch")
    place.get_by_role("button", name="Keep a snapshot").click()
    expect(place.locator(".worlds li[data-id=lunch]")).to_be_visible()
    client.post("/_sandbox/clock/advance", json={"to": "2035-01-01T00:00:00Z"}).raise_for_status()
    place.locator("li[data-id=lunch]").get_by_role("button", name="Restore").click()
    expect(page.locator("#notice")).to_contain_text("as it was in “lunch”")
    expect(page.locator("#clock time")).not_to_contain_text("2035")
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#clock time")).to_contain_text("2035")


def test_a_new_world_leaves_the_former_one_in_my_worlds(visit, outside, world_of):
    page = visit("/watch")
    former = outside(page)
    first = world_of(page)["id"]
    new_world(page, "every_status")
    expect(view(page).locator(".pager")).to_contain_text("1–9 of 9")
    assert former.get("/v1/sequences").status_code == 200
    menu(page).locator(f"li[data-id='{first}']").get_by_role("button", name="Open").click()
    expect(view(page).locator(".pager")).to_contain_text("of 120")


def test_worlds_of_one_minute_are_told_apart(visit):
    page = visit("/watch")
    expect(rows(page)).to_have_count(10)
    page.wait_for_timeout(1000)
    new_world(page, "demo")
    texts = menu(page).locator(".worlds li[data-id] span:first-child").all_text_contents()
    assert len(set(texts)) == 2


def test_a_world_is_deleted_after_a_question(visit, outside, world_of):
    page = visit("/watch")
    former = outside(page)
    first = world_of(page)["id"]
    new_world(page, "every_status")
    row = menu(page).locator(f"li[data-id='{first}']")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete this world?").get_by_role("button", name="Cancel").click()
    assert former.get("/v1/sequences").status_code == 200
    menu(page)
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete this world?").get_by_role("button", name="Delete").click()
    menu(page)
    expect(row).to_have_count(0)
    assert former.get("/v1/sequences").status_code == 401


def test_another_tab_follows_and_says_so(visit, second_tab, world_of):
    page = visit("/watch")
    expect(rows(page)).to_have_count(10)
    other = second_tab(page)
    expect(rows(other)).to_have_count(10)
    new_world(page, "every_status")
    for each in (page, other):
        expect(view(each).locator(".pager")).to_contain_text("1–9 of 9")
    expect(other.locator("#notice")).to_contain_text("Another tab went to another world")
    assert world_of(other)["id"] == world_of(page)["id"]


def test_a_state_is_downloaded_and_loaded_again_with_names_as_text(visit, outside, tmp_path):
    page = visit("/watch")
    with page.expect_download() as saved:
        menu(page).get_by_role("button", name="Download state").click()
    state = json.loads(saved.value.path().read_text())
    assert "token" not in json.dumps(state)
    for contact in state["organizations"][0]["contacts"]:
        contact["first_name"] = MARKUP
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    menu(page)
    page.get_by_label("A state to load").set_input_files(file)
    expect(page.locator("#notice")).to_contain_text("state.json is loaded into a new world")
    expect(rows(page).first).to_contain_text(MARKUP)
    assert page.locator("td b").count() == 0
    expect(page.locator("#menu .worlds li[data-id]")).to_have_count(2)


@pytest.mark.parametrize(("text", "said"), [("{", "is not JSON"), ('{"organizations": 1}', "organizations")])
def test_a_file_that_is_no_state_is_explained_and_changes_nothing(visit, world_of, tmp_path, text, said):
    page = visit("/watch")
    before = world_of(page)["id"]
    file = tmp_path / "wrong.json"
    file.write_text(text)
    menu(page)
    page.get_by_label("A state to load").set_input_files(file)
    expect(page.locator("#notice")).to_contain_text(said)
    assert world_of(page)["id"] == before


def test_a_world_of_another_key_can_be_opened(visit):
    page = visit("/watch")
    place = menu(page)
    place.get_by_label("A key of another world").fill("topo_demo_readonly")
    place.get_by_role("button", name="Open by key").click()
    expect(page.locator("#notice")).to_contain_text("You are in the world of that key.")
    expect(page.locator("#key option").first).to_have_text("Read only")
    expect(view(page).locator(".pager")).to_contain_text("of 120")


def test_on_a_host_without_https_the_console_works_and_copies(visit, start):
    hosted = start("--admin-token", "secret", "--public-worlds", "1", "--allow-host", HOST)
    page = visit("/watch", origin=hosted.url.replace("127.0.0.1", HOST))
    expect(rows(page)).to_have_count(10)
    assert not page.evaluate("isSecureContext")
    page.get_by_role("button", name="Copy the key").click()
    expect(page.locator("#copy-key")).to_have_text("Copied")
    menu(page).get_by_label("A key of another world").press("ControlOrMeta+V")
    expect(page.get_by_label("A key of another world")).to_have_value(re.compile("^topo_"))
