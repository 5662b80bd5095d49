"""10,000 runs and 10,000 journal entries: no long task, no export, paging and search by the sandbox."""

import json
import re
import time

import httpx
import pytest
from playwright.sync_api import expect
from sequences_sandbox_client import Sandbox

MANY = 10_000
LONG_MS = 100
# Kept apart from the assertions: how fast a machine is, is no matter of the page.
OBSERVE = """
    window.tasks = [];
    new PerformanceObserver((list) => { tasks.push(...list.getEntries().map((each) => Math.round(each.duration))); })
        .observe({ type: "longtask", buffered: true });
"""


def view(page):
    return page.locator("main:not([hidden])")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A sandbox with a world of 10,000 runs and a journal of 10,000 requests, and one of its keys."""
    statuses = ("ACTIVE", "FOUND", "SUCCEEDED", "FAILED", "WAITING_FOR_USER")
    document = {
        "organizations": [{
            "name": "Crowd",
            "contacts": [{"first_name": "Person", "last_name": str(number)} for number in range(300)],
            "sequences": [
                {
                    "status": statuses[number % len(statuses)],
                    "created_at": f"-PT{number + 3600}S",
                    "contact": f"Person {number % 300}",
                }
                for number in range(MANY)
            ],
        }]
    }  # fmt: skip
    file = tmp_path_factory.mktemp("crowd") / "crowd.json"
    file.write_text(json.dumps(document))
    with Sandbox.start(file) as sandbox:
        world = sandbox.world()
        with httpx.Client(headers={"Authorization": f"Bearer {world.key}"}, timeout=60) as client:
            for _ in range(MANY):
                client.get(f"{world.url}/me").raise_for_status()
        yield sandbox, world.key


@pytest.fixture
def look(visit, crowded):
    """Opens a view in the crowded world; returns the page and what it asked for."""
    sandbox, key = crowded

    def open_view(path):
        page = visit("/watch", origin=sandbox.url)
        expect(page.locator("#key option").first).to_be_attached()
        page.get_by_role("button", name="World").click()
        page.get_by_label("A key of another world").fill(key)
        page.get_by_role("button", name="Open by key").click()
        expect(page.locator("#notice")).to_contain_text("You are in the world of that key.")
        page.add_init_script(OBSERVE)
        asked = []
        page.on("response", lambda response: asked.append(response))  # noqa: PLW0108 - it marks the function it gets
        page.goto(sandbox.url + path)
        return page, asked

    return open_view


def long_tasks(page):
    page.wait_for_timeout(1500)
    return [each for each in page.evaluate("tasks") if each > LONG_MS]


def test_a_list_of_many_runs_is_read_page_by_page(look):
    page, asked = look("/watch")
    expect(view(page).locator(".pager")).to_contain_text("1–10 of 10,000")
    page.get_by_label("On a page").select_option("100")
    expect(view(page).locator("tbody tr")).to_have_count(100)
    expect(view(page).locator("tbody a").last).to_contain_text("Person")
    tasks = long_tasks(page)
    assert [each.url for each in asked if "export" in each.url] == []
    assert max(int(each.headers.get("content-length", 0)) for each in asked if "/v1/" in each.url) < 200_000
    assert tasks == [] or max(tasks) < 10 * LONG_MS


def test_a_long_journal_is_read_page_by_page_and_searched_by_the_sandbox(look):
    page, asked = look("/journal")
    # The sandbox keeps as many as its journal has room for.
    expect(view(page).locator(".pager")).to_contain_text(re.compile(r"50 of \d,\d{3}, newest first"))
    page.get_by_role("button", name="Older ones").click()
    expect(view(page).locator("tbody tr")).to_have_count(100)
    page.get_by_label("Text").fill("nowhere to be found")
    expect(view(page)).to_contain_text("No entry matches.")
    assert [each.url for each in asked if "bodies" in each.url] == []


def test_a_jump_of_many_changes_is_shown_without_a_flood(look, crowded):
    page, asked = look("/watch")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    asked.clear()
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#said")).to_contain_text("on the way")
    expect(page.get_by_role("button", name="What happened").locator("b")).not_to_have_text("0")
    time.sleep(1)
    assert len([each for each in asked if "/v1/sequences?" in each.url]) < 20
