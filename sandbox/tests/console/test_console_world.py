"""The visitor's world: its time in the header, how it begins anew, how it is shared, and what is said when it is gone."""

import json
import re

import pytest
from playwright.sync_api import expect
from sequences_sandbox.client import Sandbox

MARKUP = "<b>Bold</b>"
HOST = "sandbox.example"
"""The browser is told that such names are this machine."""


def clock(client):
    return client.get("/_sandbox/clock").json()


def shown_time(page):
    return page.locator("#clock time")


def menu(page):
    page.get_by_role("button", name="World").click()
    return page.locator("#menu")


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
    expect(page.locator("#said")).to_contain_text("things happened")
    reached = clock(client)["now"]
    count = int(page.locator("#said").text_content().split()[-3])
    page.get_by_role("button", name="What happened").click()
    expect(page.locator("#fired li")).to_have_count(min(count, 100))
    client.post("/_sandbox/snapshots/before/restore").raise_for_status()
    answer = client.post("/_sandbox/clock/advance", json={"by": by}).json()
    assert (answer["now"], answer["fired_count"]) == (reached, count)


def test_time_is_set_to_next_monday(visit, outside):
    page = visit("/watch")
    page.get_by_role("button", name="To…").click()
    page.get_by_role("button", name="Next Monday, 09:00").click()
    expect(shown_time(page)).to_have_text(re.compile(r", 09:00:\d\d$"))
    expect(page.locator("#clock .day")).to_have_text("Mon")


def test_going_back_is_refused_in_words(visit):
    page = visit("/watch")
    page.get_by_role("button", name="To…").click()
    page.get_by_label("Instant, UTC").fill("2000-01-01T00:00:00")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("The clock does not go back")


def test_a_reset_begins_anew_and_can_be_undone(visit, outside):
    page = visit("/watch?status=ACTIVE")
    expect(page.locator("table tbody tr")).to_have_count(10)
    client = outside(page)
    run_id = page.locator("table tbody tr").first.get_attribute("data-id")
    client.post(f"/v1/sequences/{run_id}/stop", json={"reason": "WIN", "scope": "CONTACT"}).raise_for_status()
    stopped = lambda: client.get(f"/v1/sequences/{run_id}").json()["status"] == "STOPPED_EARLY"  # noqa: E731
    assert stopped()
    menu(page).get_by_role("button", name="Reset").click()
    expect(page.locator("#notice")).to_contain_text("The world began anew.")
    assert not stopped()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("as it was before")
    assert stopped()


def test_a_new_world_has_new_keys_and_the_old_one_is_gone(visit, outside):
    page = visit("/watch")
    former = outside(page)
    assert clock(former)
    place = menu(page)
    place.get_by_label("Fixture").select_option("every_status")
    place.get_by_role("button", name="New world").click()
    page.get_by_role("dialog").get_by_role("button", name="New world").click()
    expect(page.locator("#notice")).to_contain_text("This is a new world, with new keys.")
    expect(page.locator(".pager")).to_contain_text("1–9 of 9")
    assert former.get("/v1/sequences").status_code == 401
    assert outside(page).get("/v1/sequences").json()["total_count"] == 9


def test_another_tab_follows_to_the_new_world(visit, outside):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("table tbody tr")).to_have_count(10)
    place = menu(page)
    place.get_by_label("Fixture").select_option("every_status")
    place.get_by_role("button", name="New world").click()
    page.get_by_role("dialog").get_by_role("button", name="New world").click()
    for each in (page, other):
        expect(each.locator(".pager")).to_contain_text("1–9 of 9")
    expect(other.locator("#notice")).to_be_hidden()
    assert outside(other).get("/_sandbox/world").json()["id"] == outside(page).get("/_sandbox/world").json()["id"]


def test_a_state_is_downloaded_and_loaded_again_with_names_as_text(visit, outside, tmp_path):
    page = visit("/watch")
    place = menu(page)
    with page.expect_download() as saved:
        place.get_by_role("button", name="Download state").click()
    state = json.loads(saved.value.path().read_text())
    assert "token" not in json.dumps(state)
    for contact in state["organizations"][0]["contacts"]:
        contact["first_name"] = MARKUP
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    before = outside(page).get("/v1/sequences").json()["total_count"]
    page.get_by_label("A state to load").set_input_files(file)
    expect(page.locator("#notice")).to_contain_text("state.json is loaded into a new world")
    expect(page.locator("table tbody tr").first).to_contain_text(MARKUP)
    assert page.locator("td b").count() == 0
    assert outside(page).get("/v1/sequences").json()["total_count"] == before


@pytest.mark.parametrize(("text", "said"), [("{", "is no JSON"), ('{"organizations": 1}', "organizations")])
def test_a_file_that_is_no_state_is_refused_in_words(visit, outside, tmp_path, text, said):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    client = outside(page)
    file = tmp_path / "wrong.json"
    file.write_text(text)
    page.get_by_label("A state to load").set_input_files(file)
    expect(page.locator("#notice")).to_contain_text(said)
    assert client.get("/v1/sequences").status_code == 200


def test_a_world_of_another_key_can_be_opened(visit, sandbox):
    page = visit("/watch")
    place = menu(page)
    place.get_by_label("A key of another world").fill("topo_demo_readwrite")
    place.get_by_role("button", name="Open by key").click()
    expect(page.locator("#notice")).to_contain_text("You look at the world of that key now.")
    expect(page.locator(".pager")).to_contain_text("of 120")


def test_a_world_that_is_gone_is_replaced_with_a_clear_word(visit, outside):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    former = outside(page)
    former.delete("/_sandbox/world").raise_for_status()
    expect(page.locator("#notice")).to_contain_text("Your earlier world is gone")
    expect(page.locator("table tbody tr")).to_have_count(10)
    assert outside(page).get("/v1/sequences").status_code == 200
    page.reload()
    expect(page.locator("table tbody tr")).to_have_count(10)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_visitor_who_comes_back_finds_the_world_gone_or_as_it_was(visit, outside, sandbox):
    page = visit("/watch")
    kept = outside(page).get("/_sandbox/world").json()["id"]
    page.reload()
    assert outside(page).get("/_sandbox/world").json()["id"] == kept
    client = outside(page)
    page.goto("about:blank")
    client.delete("/_sandbox/world").raise_for_status()
    page.goto(f"{sandbox.url}/watch")
    expect(page.locator("#notice")).to_contain_text("Your earlier world is gone")
    expect(page.locator("table tbody tr")).to_have_count(10)


@pytest.fixture(scope="module")
def hosted():
    """A sandbox that lets strangers make one world."""
    with Sandbox.start(arguments=["--admin-token", "secret", "--public-worlds", "1"]) as sandbox:
        yield sandbox


def test_where_visitors_worlds_are_taken_a_key_still_opens_one(visit, hosted):
    first = visit("/watch", origin=hosted.url)
    expect(first.locator("table tbody tr")).to_have_count(10)
    second = visit("/watch", origin=hosted.url)
    expect(second.get_by_role("heading", name="No world for you here")).to_be_visible()
    expect(second.locator("main")).to_contain_text("All 1 worlds for visitors are taken")
    second.get_by_label("API key").fill("topo_demo_readwrite")
    second.get_by_role("button", name="Open").click()
    expect(second.locator("table tbody tr")).to_have_count(10)


def test_on_a_host_without_https_the_console_works_and_copies(visit):
    with Sandbox.start(arguments=["--admin-token", "secret", "--public-worlds", "1", "--allow-host", HOST]) as hosted:
        page = visit("/watch", origin=hosted.url.replace("127.0.0.1", HOST))
        expect(page.locator("table tbody tr")).to_have_count(10)
        assert not page.evaluate("isSecureContext")
        page.get_by_role("button", name="Copy the key").click()
        expect(page.locator("#copy-key")).to_have_text("Copied")
        menu(page).get_by_label("A key of another world").press("ControlOrMeta+V")
        expect(page.get_by_label("A key of another world")).to_have_value(re.compile("^topo_"))


def test_a_sandbox_that_lets_nobody_in_says_so(visit):
    with Sandbox.start(arguments=["--admin-token", "secret"]) as closed:
        page = visit("/watch", origin=closed.url)
        expect(page.locator("main")).to_contain_text("This sandbox lets visitors make no worlds of their own.")
        embed = visit("/embed/getSequence", origin=closed.url)
        expect(embed.locator("main")).to_contain_text("This sandbox lets visitors make no worlds of their own.")
        page.get_by_label("API key").fill("topo_wrong")
        page.get_by_role("button", name="Open").click()
        expect(page.locator("#notice")).to_contain_text("No such API key")
