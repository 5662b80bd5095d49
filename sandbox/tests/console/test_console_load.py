"""10,000 runs and 10,000 journal entries: nothing grows with them in the page; paging and search are the sandbox's."""

import re

import httpx
import pytest
from playwright.sync_api import expect
from sequences_sandbox_client import Sandbox

from .crowd import crowd_file, send_many

LARGEST = 200_000
"""Bytes of a response, and parts of a page: as many as a page of a hundred takes, and far fewer than all."""


def view(page):
    return page.locator("main:not([hidden])")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A sandbox with a world of many runs and a journal of many requests, and one of its keys."""
    with Sandbox.start(crowd_file(tmp_path_factory.mktemp("crowd"))) as sandbox:
        world = sandbox.world()
        send_many(world)
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
        asked = []
        page.on("response", lambda response: asked.append(response))  # noqa: PLW0108 - it marks the function it gets
        page.goto(sandbox.url + path)
        return page, asked

    return open_view


def test_a_list_of_many_runs_is_read_page_by_page(look):
    page, asked = look("/watch")
    expect(view(page).locator(".pager")).to_contain_text("1–10 of 10,000")
    page.get_by_label("On a page").select_option("100")
    expect(view(page).locator("tbody tr")).to_have_count(100)
    expect(view(page).locator("tbody a").last).to_contain_text("Person")
    assert [each.url for each in asked if "export" in each.url] == []
    assert max(int(each.headers.get("content-length", 0)) for each in asked if "/v1/" in each.url) < LARGEST
    assert page.evaluate("document.body.innerHTML.length") < LARGEST


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
    changes = int(re.search(r"([\d,]+) changes", page.locator("#said").text_content())[1].replace(",", ""))
    # Events come in order: whoever sees this one has seen those before it.
    sandbox, key = crowded
    with httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        run = client.get("/v1/sequences", params={"status": "SUCCEEDED", "size": 1}).json()["items"][0]
        client.patch(f"/v1/sequences/{run['id']}", json={"variables": {"note": "last"}}).raise_for_status()
    expect(view(page).locator("tbody tr").first).to_have_attribute("data-id", run["id"])
    assert changes >= 1000
    assert len([each for each in asked if "/v1/sequences?" in each.url]) < changes / 10
