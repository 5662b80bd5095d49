"""A second organization: its key shows its runs, names and events, and never the other's."""

import pytest
from playwright.sync_api import expect


def view(page):
    return page.locator("main:not([hidden])")


@pytest.fixture
def as_second(visit):
    """Opens a view with the key of the second organization chosen."""

    def open_view(path):
        page = visit(path)
        expect(page.locator("#key optgroup")).to_have_count(2)
        second = page.locator("#key optgroup").nth(1)
        page.get_by_label("Key", exact=True).select_option(second.locator("option").first.get_attribute("value"))
        return page

    return open_view


def test_the_switch_tells_the_organizations_apart(visit):
    page = visit("/watch")
    expect(page.locator("#key optgroup")).to_have_count(2)
    labels = page.locator("#key optgroup").evaluate_all("(groups) => groups.map((group) => group.label)")
    assert labels == ["Northwind Example", "Southerly Example"]


def test_its_runs_and_names_are_shown_and_no_others(as_second, outside):
    page = as_second("/watch")
    theirs = outside(page, organization=1)
    runs = theirs.get("/v1/sequences", params={"size": 100}).json()
    expect(view(page).locator(".pager")).to_contain_text(f"of {runs['total_count']}")
    ids = {row.get_attribute("data-id") for row in view(page).locator("tbody tr").all()}
    assert ids == {run["id"] for run in runs["items"]}
    names = {
        " ".join(filter(None, (each["first_name"], each["last_name"])))
        for each in theirs.get("/v1/contacts", params={"size": 100}).json()["items"]
    }
    assert {link.strip() for link in view(page).locator("tbody a").all_text_contents()} <= {
        each.strip() for each in names
    }


def test_its_events_are_shown_and_no_others(as_second, outside):
    page = as_second("/watch")
    expect(view(page).locator("tbody tr").first).to_be_visible()
    for organization, note in ((0, "theirs"), (1, "mine")):
        client = outside(page, organization=organization)
        run = client.get("/v1/sequences", params={"status": "ACTIVE", "size": 1}).json()["items"][0]
        client.post(f"/v1/sequences/{run['id']}/stop", json={"reason": "WIN", "scope": "CONTACT"}).raise_for_status()
        assert note
    expect(page.get_by_role("button", name="What happened").locator("b")).to_have_text("1")


def test_a_run_of_the_other_is_not_shown(as_second, outside):
    page = as_second("/watch")
    run_id = outside(page).get("/v1/sequences", params={"size": 1}).json()["items"][0]["id"]
    page.get_by_label("Go to a run").fill(run_id)
    page.get_by_label("Go to a run").press("Enter")
    expect(view(page)).to_contain_text("This run cannot be shown")
    view(page).get_by_role("button", name="Show it with a key of theirs").click()
    expect(page.get_by_role("region", name="Timeline").locator(".item").first).to_be_visible()
    expect(page.locator("#key option:checked")).to_have_attribute("value", "0")


def test_its_run_survives_reload_and_is_sent_to_a_colleague(as_second, browser):
    page = as_second("/watch")
    view(page).locator("tbody a").first.click()
    timeline = page.get_by_role("region", name="Timeline").locator(".item").first
    expect(timeline).to_be_visible()
    chosen = page.get_by_label("Key", exact=True).input_value()
    page.reload()
    expect(timeline).to_be_visible()
    expect(page.get_by_label("Key", exact=True)).to_have_value(chosen)
    keys = page.evaluate("JSON.parse(localStorage.getItem('sequences-sandbox')).worlds[0].keys")
    other = browser.new_context().new_page()
    other.goto(f"{page.url}#key={keys[int(chosen)]['token']}")
    other.get_by_role("button", name="Open", exact=True).click()
    expect(other.get_by_role("region", name="Timeline").locator(".item").first).to_be_visible()
    other.context.close()


def test_its_own_run_has_a_whole_page(as_second):
    page = as_second("/watch?status=ACTIVE")
    view(page).locator("tbody a").first.click()
    expect(page.get_by_role("region", name="Timeline").locator(".item").first).to_be_visible()
    page.get_by_role("region", name="Actions").get_by_role("button", name="Pause").click()
    expect(view(page).locator(".node.current")).to_have_text("WAITING_FOR_LEAD")


def test_the_journal_tells_keys_of_one_name_apart(visit, outside):
    """Also where the response says nothing of an organization; a copied curl carries the key that was used."""
    page = visit("/journal")
    clients = [outside(page, organization=organization) for organization in (0, 1)]
    for client in clients:
        client.get("/v1/sequences", params={"size": 0})
    rows = view(page).locator("tbody tr")
    expect(rows).to_have_count(2)
    entry = page.get_by_role("complementary", name="The selected request")
    for client, name in zip(clients, ("Northwind Example", "Southerly Example"), strict=True):
        view(page).get_by_label("Key").select_option(label=f"Read and write, {name}")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(f"Read and write, {name}")
        rows.get_by_role("link").click()
        expect(entry).to_contain_text(f"Read and write, {name}")
        entry.get_by_role("tab", name="curl").click()
        expect(entry.locator("pre").first).to_contain_text(client.headers["Authorization"])
        page.go_back()
