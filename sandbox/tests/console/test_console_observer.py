"""Watching changes nothing: the console's own reads are those of an observer, and what is active is said in every view."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

VIEWS = ("/", "/try/listSequences", "/watch", "/faults", "/journal")
THIRD = {"match": {"nth": 3}, "effect": {"status": 429, "retry_after": 2}}


def view(page):
    return page.locator("main:not([hidden])")


def banner(page):
    return page.get_by_role("region", name="Active faults and limits")


def look_around(page):
    """Opens every view, and a run."""
    for name, read in (("Faults", "/_sandbox/faults"), ("Journal", "/_sandbox/journal"), ("Watch", "/v1/sequences")):
        with page.expect_response(lambda response, path=read: urlsplit(response.url).path == path):
            page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Try", exact=True).click()
    page.get_by_role("link", name="Watch", exact=True).click()
    view(page).locator("tbody a").first.click()
    expect(page.get_by_role("region", name="Timeline").locator(".item").first).to_be_visible()


def test_every_read_of_the_console_carries_the_observers_header(visit):
    page = visit("/")
    asked = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it marks the function it gets
    look_around(page)
    reads = [each for each in asked if each.method == "GET" and ("/v1/" in each.url or "/_sandbox/" in each.url)]
    paths = {urlsplit(each.url).path for each in reads}
    assert {"/v1/sequences", "/_sandbox/faults", "/_sandbox/journal", "/_sandbox/events"} <= paths
    assert [each.url for each in reads if each.headers.get("x-sandbox-observer") != "console"] == []


def test_what_the_visitor_sends_carries_none(visit):
    page = visit("/try/listSequences")
    with page.expect_request(lambda request: request.url.endswith("/v1/sequences")) as sent:
        page.get_by_role("button", name="Send", exact=True).click()
    assert "x-sandbox-observer" not in sent.value.headers


def test_looking_uses_up_no_fault_no_limit_and_no_journal(visit, outside):
    page = visit("/")
    client = outside(page)
    client.post("/_sandbox/faults", json=THIRD).raise_for_status()
    client.put("/_sandbox/rate-limit", json={"limit": 3, "per_seconds": 3600}).raise_for_status()
    look_around(page)
    [fault] = client.get("/_sandbox/faults").json()["items"]
    assert (fault["matched"], fault["fired"]) == (0, 0)
    assert client.get("/_sandbox/journal").json()["total_count"] == 0
    assert [client.get("/v1/sequences").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("path", VIEWS)
def test_the_banner_is_in_every_view_with_counters_and_off(visit, outside, path):
    page = visit(path)
    client = outside(page)
    expect(banner(page)).to_be_hidden()
    client.post("/_sandbox/faults", json=THIRD).raise_for_status()
    for _ in range(2):
        client.get("/v1/sequences").raise_for_status()
    expect(banner(page)).to_contain_text("Fails with 429, Retry-After 2")
    expect(banner(page)).to_contain_text("2 of 3 calls seen")
    banner(page).get_by_role("button", name="Turn off: Fails with 429").click()
    expect(banner(page)).to_be_hidden()
    assert client.get("/v1/sequences").status_code == 200
    assert client.get("/_sandbox/faults").json()["items"][0]["state"] == "disabled"


def test_a_rate_limit_is_in_the_banner_and_can_be_turned_off(visit, outside):
    page = visit("/watch")
    client = outside(page)
    client.put("/_sandbox/rate-limit", json={"limit": 3, "per_seconds": 86400}).raise_for_status()
    expect(banner(page)).to_contain_text("3 calls in 86400 s for each key")
    expect(banner(page)).to_contain_text("3 of 3 calls left")
    for _ in range(2):
        client.get("/v1/me").raise_for_status()
    expect(banner(page)).to_contain_text("1 of 3 calls left")
    page.get_by_label("Key", exact=True).select_option(label="Read only")
    expect(banner(page)).to_contain_text("3 of 3 calls left")
    banner(page).get_by_role("button", name="Turn off the rate limit").click()
    expect(banner(page)).to_be_hidden()
    assert [client.get("/v1/me").status_code for _ in range(4)] == [200, 200, 200, 200]


def test_every_view_works_while_everything_fails(visit, outside):
    page = visit("/")
    outside(page).post("/_sandbox/faults", json={"effect": {"status": 503}}).raise_for_status()
    expect(banner(page)).to_be_visible()
    look_around(page)
    expect(view(page).locator(".run-title h2")).to_be_visible()


def test_a_limit_of_the_operator_is_said_to_be_one(visit, start):
    limited = start("--rate-limit", "100/min")
    page = visit("/watch", origin=limited.url)
    expect(banner(page)).to_contain_text("100 calls in 60 s for each key")
    expect(banner(page)).to_contain_text("set by the operator")
    expect(banner(page).get_by_role("button", name="Turn off the rate limit")).to_have_count(0)
    page.get_by_role("link", name="Faults").click()
    limit = page.get_by_role("region", name="Rate limit")
    expect(limit).to_contain_text("set by the operator")
    expect(limit.get_by_role("button", name="Off")).to_be_hidden()
