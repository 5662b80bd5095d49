"""The sandbox is gone, a world has ended, or none is free: each is said, and the page goes on by itself."""

import re

import pytest
from playwright.sync_api import expect
from sequences_sandbox_client import Sandbox


def view(page):
    return page.locator("main:not([hidden])")


def rows(page):
    return view(page).locator("tbody tr")


@pytest.fixture
def restartable():
    """A sandbox that is stopped and started again at the same port."""
    running = []

    def start(port="0", *arguments):
        running.append(Sandbox.start(arguments=["--port", port, *arguments]))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def test_a_stopped_sandbox_is_said_in_every_tab_and_embed_and_a_restarted_one_goes_on(visit, second_tab, restartable):
    first = restartable()
    page = visit("/watch", origin=first.url, quiet=True)
    expect(rows(page)).to_have_count(10)
    tabs = [page, second_tab(page, "/journal"), second_tab(page, "/embed/listSequences")]
    for tab in tabs:
        expect(tab.locator("#key option").first).to_be_attached()
    first.stop()
    for tab in tabs:
        tab.bring_to_front()
        expect(tab.locator("#outage")).to_contain_text("The sandbox does not answer")
        expect(tab.locator("#outage")).to_contain_text("tries again by itself")
    restartable(first.url.rsplit(":", 1)[1])
    for tab in tabs:
        tab.bring_to_front()
        expect(tab.locator("#outage")).to_be_hidden()
    # Whichever tab comes back first makes the new world, and the others follow it. Where two come back at one moment, the
    # browser may not yet have passed on what the first one keeps: then both make a world, and the second one's counts.
    ended = re.compile("Your earlier world has ended|Another tab went to another world")
    for tab, said in zip(tabs, [ended, ended, "The world of this example has ended"], strict=True):
        tab.bring_to_front()
        expect(tab.locator("#notice")).to_contain_text(said)
    page.bring_to_front()
    expect(rows(page)).to_have_count(10)


def test_a_world_that_has_ended_is_replaced_with_a_clear_word(visit, outside):
    page = visit("/watch")
    expect(rows(page)).to_have_count(10)
    outside(page).delete("/_sandbox/world").raise_for_status()
    expect(page.locator("#notice")).to_contain_text("Your earlier world has ended")
    expect(rows(page)).to_have_count(10)
    assert outside(page).get("/v1/sequences").status_code == 200
    page.reload()
    expect(rows(page)).to_have_count(10)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_visitor_who_comes_back_finds_the_world_ended_or_as_it_was(visit, outside, sandbox, world_of):
    page = visit("/watch")
    kept = world_of(page)["id"]
    page.reload()
    assert world_of(page)["id"] == kept
    client = outside(page)
    page.goto("about:blank")
    client.delete("/_sandbox/world").raise_for_status()
    page.goto(f"{sandbox.url}/watch")
    expect(page.locator("#notice")).to_contain_text("Your earlier world has ended")
    expect(rows(page)).to_have_count(10)


def test_a_kept_world_that_has_ended_is_said_to_when_it_is_opened(visit, outside, world_of):
    page = visit("/watch")
    first, former = world_of(page)["id"], outside(page)
    page.get_by_role("button", name="World").click()
    page.get_by_role("button", name="New world").click()
    expect(page.locator("#notice")).to_contain_text("This is a new world")
    former.delete("/_sandbox/world").raise_for_status()
    page.get_by_role("button", name="World").click()
    page.locator(f"#menu li[data-id='{first}']").get_by_role("button", name="Open").click()
    expect(page.locator("#notice")).to_contain_text("That world has ended")
    expect(rows(page)).to_have_count(10)


@pytest.fixture(scope="module")
def hosted():
    """A sandbox that lets anonymous visitors make one world."""
    with Sandbox.start(arguments=["--admin-token", "secret", "--public-worlds", "1"]) as sandbox:
        yield sandbox


def test_a_visitor_sees_when_the_world_ends_and_what_it_may_hold(visit, hosted):
    page = visit("/", origin=hosted.url)
    ends = re.compile(
        r"It ends after 1 h without use, at the latest on \w{3} \d+ \w{3}.*, \d\d:\d\d UTC of real time\."
    )
    expect(page.locator(".hero")).to_contain_text(ends)
    page.get_by_role("button", name="World").click()
    expect(page.locator("#menu")).to_contain_text(ends)
    expect(page.locator("#menu")).to_contain_text(
        "At most 1,000 runs in an organization, 65,536 characters of variables"
    )


def test_a_sandbox_that_lets_nobody_in_says_so_and_takes_a_key(visit, start):
    closed = start("--admin-token", "secret")
    page = visit("/watch", origin=closed.url)
    expect(page.locator("main")).to_contain_text("Visitors cannot make worlds on this sandbox.")
    embed = visit("/embed/getSequence", origin=closed.url)
    expect(embed.locator("main")).to_contain_text("Visitors cannot make worlds on this sandbox.")
    page.get_by_label("API key").fill("topo_wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#notice")).to_contain_text("API key")
    page.get_by_label("API key").fill("topo_demo_readwrite")
    page.get_by_role("button", name="Open").click()
    expect(rows(page)).to_have_count(10)


def test_a_page_that_was_opened_too_early_goes_on_by_itself(visit, start):
    """While worlds cannot be had, the page asks again; here the first answer is that all are taken."""
    hosted = start("--admin-token", "secret", "--public-worlds", "1")
    page = visit("about:blank", origin="", quiet=True)
    taken = {
        "status_code": 429,
        "type": "RateLimitIssue",
        "message": "All worlds are taken.",
        "request_id": "req_1",
    }
    page.route("**/_sandbox/worlds", lambda route: route.fulfill(status=429, json=taken))
    page.goto(hosted.url + "/watch")
    expect(page.locator("main")).to_contain_text("No world is free for you here")
    expect(page.locator("main")).to_contain_text("This page tries again in")
    page.unroute("**/_sandbox/worlds")
    page.get_by_role("button", name="Try now").click()
    expect(rows(page)).to_have_count(10)
