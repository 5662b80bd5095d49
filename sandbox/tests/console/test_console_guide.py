"""The first minute: what this is, in sight at once, and three steps that end in Watch."""

import re

from playwright.sync_api import expect

LAPTOP = {"width": 1440, "height": 900}


def test_the_first_screen_says_what_it_is(visit):
    page = visit("/", viewport=LAPTOP)
    hero = page.locator(".hero")
    for words in ("nothing is sent", "simulation", "yours alone", "ends after 7 d without use"):
        expect(hero).to_contain_text(words)
    expect(page.get_by_role("button", name=re.compile("^Pause until Mon"))).to_be_in_viewport(ratio=1)


def test_the_world_is_asked_for_while_the_views_are_on_their_way(visit, sandbox):
    """On a slow line that is a round trip less, and a menu that was opened meanwhile is filled when they come."""
    page = visit("about:blank", origin="", quiet=True)
    held = []
    page.route("**/console/app.js*", lambda route: held.append(route))  # noqa: PLW0108 - it marks the function it gets
    with page.expect_response("**/_sandbox/worlds"):
        page.goto(sandbox.url, wait_until="commit")
    page.get_by_role("button", name="World").click()
    [views] = held
    views.continue_()
    expect(page.locator("#menu")).to_contain_text("Your private world")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Pause until Mon"))).to_be_visible()


def test_three_steps_show_a_pause_and_its_end(visit):
    page = visit("/", viewport=LAPTOP)
    expect(page.get_by_role("heading", name=re.compile(r"Pause [A-Z]\S+ \S+ until Monday"))).to_be_visible()
    count = page.locator(".hero").get_by_text(re.compile(r"\d+ runs are active"))
    active = int(re.search(r"(\d+) runs", count.text_content())[1])
    jump = page.get_by_role("button", name=re.compile("^Jump to Mon"))
    expect(jump).to_be_disabled()  # nothing waits for it yet
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    expect(page.locator(".guide .exchange .outcome")).to_have_text("200")
    expect(page.locator(".step.done")).to_contain_text("WAITING_FOR_LEAD until Mon")
    expect(count).to_contain_text(f"{active - 1} runs are active")
    jump.click()
    expect(page.locator("#clock .day")).to_have_text("Mon")
    expect(page.locator(".told")).to_contain_text("ACTIVE")
    page.get_by_role("link", name="Watch the run").click()
    axis = page.get_by_role("region", name="Timeline")
    for words in ("pause", "wake", "The clock was moved forward by"):
        expect(axis).to_contain_text(words)
    expect(page).to_have_url(re.compile("/runs/"))


def test_the_next_step_is_in_sight_on_a_telephone(visit):
    page = visit("/", viewport={"width": 390, "height": 844})
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    jump = page.get_by_role("button", name=re.compile("^Jump to Mon"))
    expect(jump).to_be_enabled()
    expect(jump).to_be_in_viewport(ratio=1)
    bar = page.locator("#clock").bounding_box()
    assert jump.bounding_box()["y"] >= bar["y"] + bar["height"]


def test_whoever_comes_back_to_the_steps_finds_them_as_they_are_by_now(visit, outside):
    page = visit("/", viewport=LAPTOP)
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    page.get_by_role("button", name=re.compile("^Jump to Mon")).click()
    expect(page.locator(".told")).to_be_visible()
    client = outside(page)
    for run in client.get("/v1/sequences", params={"status": "ACTIVE", "size": 100}).json()["items"][:3]:
        client.post(f"/v1/sequences/{run['id']}/stop", json={"reason": "WIN", "scope": "CONTACT"}).raise_for_status()
    active = client.get("/v1/sequences", params={"status": "ACTIVE", "size": 1}).json()["total_count"]
    page.get_by_role("link", name="Journal", exact=True).click()
    page.get_by_role("link", name="Try", exact=True).click()
    expect(page.locator(".hero")).to_contain_text(f"{active} runs are active")
    expect(page.locator(".told")).to_have_count(0)
    expect(page.locator(".step.done")).to_have_count(2)
    page.get_by_role("link", name="Watch the run").click()
    page.get_by_role("link", name="Try", exact=True).click()
    expect(page.locator(".step.done")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Pause until Mon"))).to_be_visible()


def test_the_steps_begin_again_in_another_world(visit, outside):
    page = visit("/", viewport=LAPTOP)
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    expect(page.locator(".step.done")).to_have_count(1)
    outside(page).post("/_sandbox/world/reset").raise_for_status()
    expect(page.locator(".step.done")).to_have_count(0)
    expect(page.locator(".guide .exchange")).to_have_count(0)


def test_a_world_without_an_active_run_says_so(visit):
    page = visit("/")
    page.get_by_role("button", name="World").click()
    page.get_by_label("Fixture").select_option("empty")
    page.get_by_role("button", name="New world").click()
    expect(page.locator(".steps")).to_contain_text("No run is active in this world")
