"""Watch: the world's runs live, as the public API lists them."""

import re
import threading
import time

from playwright.sync_api import expect

NEWEST = {"sort_by": "updated_at", "sort_order": "desc"}


def view(page):
    return page.locator("main:not([hidden])")


def rows(page):
    return view(page).locator("tbody tr")


def test_the_list_is_what_the_public_api_returns(visit, outside):
    page = visit("/watch")
    query = dict(NEWEST)
    for change in (
        lambda: None,
        lambda: (page.get_by_label("Status").select_option("FAILED"), query.update(status="FAILED")),
        lambda: (page.get_by_label("On a page").select_option("25"), query.update(size="25")),
        lambda: (page.get_by_role("button", name="Created").click(), query.update(sort_by="created_at")),
        lambda: (page.get_by_role("button", name="Created").click(), query.update(sort_order="asc")),
    ):
        change()
        answered = outside(page).get("/v1/sequences", params=query).json()
        expect(view(page).locator(".pager")).to_contain_text(f"1–{len(answered['items'])} of {answered['total_count']}")
        for name, value in query.items():
            expect(view(page).locator(".asked code")).to_contain_text(f"{name}={value}")
        ids = [run["id"] for run in answered["items"]]
        expect(rows(page).first).to_have_attribute("data-id", ids[0])
        assert [row.get_attribute("data-id") for row in rows(page).all()] == ids


def test_pages_are_turned_and_are_in_the_address(visit):
    page = visit("/watch?status=ACTIVE&sort_by=created_at&sort_order=asc")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(view(page).locator(".pager")).to_contain_text("11–20 of")
    expect(page).to_have_url(re.compile("page=2"))
    page.reload()
    expect(view(page).locator(".pager")).to_contain_text("11–20 of")


def test_contacts_have_names_and_companies(visit):
    page = visit("/watch")
    expect(rows(page).first.locator("a")).to_have_text(re.compile(r"^\w+\S* \S+"))
    expect(rows(page).first.locator(".company")).not_to_be_empty()


def test_what_another_client_does_is_seen_without_asking(visit, outside):
    page = visit("/watch?status=ACTIVE")
    expect(rows(page)).to_have_count(10)
    run_id = rows(page).first.get_attribute("data-id")
    stop = {"reason": "WIN", "scope": "CONTACT"}
    outside(page).post(f"/v1/sequences/{run_id}/stop", json=stop).raise_for_status()
    expect(page.locator(f"tr[data-id='{run_id}']")).to_have_count(0)
    expect(page.get_by_role("button", name="What happened")).to_contain_text("stop")
    page.get_by_role("button", name="What happened").click()
    page.locator("#fired a").first.click()
    expect(page).to_have_url(re.compile(f"/runs/{run_id}$"))


def test_the_list_keeps_up_while_traffic_does_not_stop(visit, outside):
    """Updates come while requests go on, twenty a second, without a pause in which a debounce could end."""
    page = visit("/watch")
    expect(rows(page)).to_have_count(10)
    client = outside(page)
    ids = [run["id"] for run in client.get("/v1/sequences", params={"status": "ACTIVE", "size": 20}).json()["items"]]
    over = threading.Event()

    def traffic():
        number = 0
        while not over.is_set():
            number += 1
            body = {"variables": {"note": str(number)}}
            client.patch(f"/v1/sequences/{ids[number % len(ids)]}", json=body).raise_for_status()
            time.sleep(0.05)

    sending = threading.Thread(target=traffic)
    sending.start()
    try:
        page.evaluate("""() => new Promise((resolve, reject) => {
            const seen = new Set();
            const body = document.querySelector("main:not([hidden]) tbody");
            new MutationObserver(() => {
                seen.add(body.firstChild?.dataset.id);
                if (seen.size >= 6) resolve();
            }).observe(body, { childList: true });
            setTimeout(() => reject(new Error(`${seen.size} runs came first, of six`)), 60_000);
        })""")
    finally:
        over.set()
        sending.join()


def test_watching_fetches_no_export_and_no_bodies(visit, outside):
    page = visit("/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("Watch", "Journal", "Faults", "Try"):
        page.get_by_role("link", name=name, exact=True).click()
        # A request is an event of the stream, upon which the page reads what is active.
        with page.expect_response("**/_sandbox/rate-limit"):
            outside(page).get("/v1/sequences").raise_for_status()
    assert [url for url in asked if "export" in url or "bodies" in url or ".har" in url] == []


def test_a_filter_that_matches_nothing_can_be_left(visit):
    page = visit("/watch?created_at_after=2100-01-01T00:00:00Z")
    expect(view(page)).to_contain_text("No run matches")
    page.get_by_role("link", name="Show all").click()
    expect(rows(page)).to_have_count(10)


def test_a_filter_that_is_wrong_shows_the_error(visit):
    page = visit("/watch?size=9999")
    expect(view(page)).to_contain_text("The list cannot be shown.")
    expect(view(page).locator(".lesson")).to_contain_text("size")
    page.get_by_role("button", name="Show all").click()
    expect(rows(page)).to_have_count(10)


def test_a_run_is_found_by_its_id(visit, outside):
    page = visit("/watch")
    run_id = outside(page).get("/v1/sequences", params={"size": 1}).json()["items"][0]["id"]
    page.get_by_label("Go to a run").fill(run_id)
    page.get_by_label("Go to a run").press("Enter")
    expect(page.locator(".fields").first).to_contain_text(run_id)
