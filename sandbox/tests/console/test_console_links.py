"""Every operation, run, filter, journal entry and world has an address, which survives reload, Back and a colleague."""

import json
import re

import pytest
from playwright.sync_api import expect

LIST = "/watch?status=ACTIVE&size=25&sort_by=created_at&sort_order=asc"


def view(page):
    return page.locator("main:not([hidden])")


def test_an_operation_has_an_address(visit):
    page = visit("/try/stopSequence")
    expect(view(page).get_by_role("heading", name="Stop a sequence")).to_be_visible()
    assert page.title() == "Stop a sequence · Sequences sandbox"
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.reload()
    expect(view(page).get_by_role("heading", name="Stop a sequence")).to_be_visible()


def test_what_was_given_to_an_operation_is_in_its_address(visit, second_tab):
    page = visit("/try/getSequence")
    choice = page.get_by_label("Run", exact=True)
    expect(choice.locator("option").nth(4)).to_be_attached()
    assert "sequence_id" not in page.url  # a run that the page chose by itself may not suit later
    fourth = choice.locator("option").nth(3).get_attribute("value")
    choice.select_option(fourth)
    expect(page).to_have_url(re.compile(rf"/try/getSequence\?sequence_id={fourth}$"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    for tab in (page, second_tab(page)):
        tab.reload()
        expect(tab.get_by_label("sequence_id")).to_have_value(fourth)
    page.goto(page.url.replace(f"getSequence?sequence_id={fourth}", "listSequences"))
    page.get_by_label("size").fill("3")
    expect(page).to_have_url(re.compile(r"/try/listSequences\?size=3$"))
    page.get_by_label("created_at_after").fill("2026-02-01T00:00:00Z")
    expect(page).to_have_url(re.compile("created_at_after="))
    page.reload()
    expect(page.get_by_label("created_at_after")).to_have_value("2026-02-01T00:00:00Z")
    expect(page.get_by_label("size")).to_have_value("3")


def test_an_operation_that_is_not_there_is_said_with_those_that_are(visit):
    page = visit("/try/dropTable")
    expect(view(page)).to_contain_text("There is no operation “dropTable”")
    view(page).get_by_role("link", name="pauseSequence").click()
    expect(view(page).get_by_role("heading", name="Pause a sequence")).to_be_visible()


def test_filters_are_in_the_address(visit):
    page = visit(LIST)
    expect(view(page).locator(".pager")).to_contain_text("1–25 of 38")
    expect(page.get_by_label("Status")).to_have_value("ACTIVE")
    page.get_by_label("Status").select_option("FAILED")
    expect(page).to_have_url(re.compile("status=FAILED"))
    page.go_back()
    expect(page).to_have_url(re.compile("status=ACTIVE"))
    expect(page.get_by_label("Status")).to_have_value("ACTIVE")
    expect(view(page).locator(".pager")).to_contain_text("1–25 of 38")


def test_a_run_opens_here_or_in_a_new_tab_and_back_leads_back(visit):
    page = visit(LIST)
    link = view(page).locator("tbody a").first
    expect(link).to_have_text(re.compile(r"\S \S"))  # a name, and no id any more
    name = link.text_content()
    with page.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    expect(opened.value.locator(".run-title h2")).to_have_text(name)
    expect(view(page).locator("tbody tr")).to_have_count(25)
    link.click()
    expect(view(page).locator(".run-title h2")).to_have_text(name)
    page.reload()
    expect(view(page).locator(".run-title h2")).to_have_text(name)
    page.go_back()
    expect(view(page).locator("tbody tr")).to_have_count(25)


def test_a_journal_entry_and_its_filters_have_an_address(visit, outside, second_tab):
    page = visit("/journal")
    expect(view(page).get_by_text("No request yet.")).to_be_visible()
    sent = outside(page).get("/v1/sequences/abc")
    outside(page).get("/v1/me")
    expect(view(page).locator("tbody tr")).to_have_count(2)
    page.get_by_label("Status").select_option("4xx")
    expect(view(page).locator("tbody tr")).to_have_count(1)
    view(page).locator("tbody a").first.click()
    entry = page.get_by_role("complementary", name="The selected request")
    expect(entry).to_contain_text(sent.headers["x-request-id"])
    other = second_tab(page)
    expect(other.get_by_role("complementary", name="The selected request")).to_contain_text(
        sent.headers["x-request-id"]
    )
    expect(other.get_by_label("Status")).to_have_value("4xx")
    page.get_by_role("link", name="Close the request").click()
    expect(entry).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/journal\?status=4xx$"))


QUESTION = "Open the world of this link?"


def asked(page):
    return page.get_by_role("dialog", name=QUESTION)


def kept(page):
    """What the browser keeps of worlds: the id of the current one, and of each the id and whether the visitor made it."""
    text = page.evaluate("localStorage['sequences-sandbox'] ?? null")
    state = json.loads(text) if text else {"current": None, "worlds": []}
    return state["current"], {world["id"]: world["own"] for world in state["worlds"]}


def test_a_colleague_opens_the_same_run_by_a_link_with_the_key_after_a_question(visit, sandbox, world_of):
    page = visit("/watch")
    view(page).locator("tbody a").first.click()
    name = view(page).locator(".run-title h2").text_content()
    page.get_by_role("button", name="Copy link for a colleague").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy the link").click()
    expect(page.locator("#said")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "#key=topo_" in link
    colleague = visit(link.removeprefix(sandbox.url))
    asked(colleague).get_by_role("button", name="Open", exact=True).click()
    expect(view(colleague).locator(".run-title h2")).to_have_text(name)
    expect(asked(colleague)).to_be_hidden()
    expect(colleague.locator("#notice")).to_contain_text("You are in the world of the link.")
    assert world_of(colleague)["id"] == world_of(page)["id"]
    assert "topo_" not in colleague.url


def test_a_link_with_a_key_asks_before_a_world_is_made(visit, world_of):
    page = visit("/watch")
    shared = world_of(page)
    colleague = visit(f"/watch#key={shared['keys'][0]['token']}")
    expect(asked(colleague)).to_contain_text("Without it you get a world of your own.")
    colleague.reload()
    expect(asked(colleague)).to_be_visible()
    assert kept(colleague) == (None, {})
    asked(colleague).get_by_role("button", name="Open", exact=True).click()
    expect(view(colleague).locator("tbody tr")).to_have_count(10)
    assert kept(colleague) == (shared["id"], {shared["id"]: False})
    assert kept(page) == (shared["id"], {shared["id"]: True})


def test_who_declines_a_link_with_a_key_gets_a_world(visit, world_of):
    shared = world_of(visit("/watch"))
    colleague = visit(f"/watch#key={shared['keys'][0]['token']}")
    asked(colleague).get_by_role("button", name="Use my own").click()
    expect(view(colleague).locator("tbody tr")).to_have_count(10)
    own, worlds = kept(colleague)
    assert own != shared["id"]
    assert worlds == {own: True}
    assert "topo_" not in colleague.url


def test_a_link_leaves_a_visitor_the_worlds_that_are_there(visit, world_of, sandbox):
    shared = world_of(visit("/watch"))
    page = visit("/faults")
    own = world_of(page)["id"]
    page.goto("about:blank")
    page.goto(f"{sandbox.url}/watch#key={shared['keys'][0]['token']}")
    expect(asked(page)).to_contain_text("Your own stays in “My worlds”.")
    page.keyboard.press("Escape")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    assert kept(page) == (own, {own: True})
    # A link for a page that is open already loads nothing by itself.
    page.evaluate(f"location.hash = 'key={shared['keys'][0]['token']}'")
    asked(page).get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("You are in the world of the link.")
    assert kept(page) == (shared["id"], {own: True, shared["id"]: False})


def test_a_link_to_a_world_that_this_browser_keeps_asks_nothing(visit, world_of, sandbox):
    page = visit("/watch")
    own = world_of(page)
    page.goto("about:blank")
    page.goto(f"{sandbox.url}/watch#key={own['keys'][1]['token']}")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    expect(asked(page)).to_be_hidden()
    assert kept(page) == (own["id"], {own["id"]: True})


def test_a_link_to_a_world_that_has_ended_says_so_and_leads_to_a_world_of_ones_own(visit):
    page = visit("/watch#key=topo_none")
    asked(page).get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("The key of this link opens no world")
    expect(view(page).locator("tbody tr")).to_have_count(10)


def test_a_link_that_was_cut_short_on_its_way_leads_to_a_world_of_ones_own(visit):
    page = visit("/watch#key=topo_abc…")
    asked(page).get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("a part of the link is missing")
    expect(page.locator("#notice")).to_contain_text("What you see is in a world of your own.")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    assert "#" not in page.url


def test_who_declines_a_link_where_no_world_is_free_is_not_asked_again(visit):
    page = visit("/watch#key=topo_abc")
    page.route(
        "**/_sandbox/worlds",
        lambda route: route.fulfill(status=429, json={"status_code": 429, "message": "All worlds are taken."}),
    )
    asked(page).get_by_role("button", name="Use my own").click()
    expect(page.get_by_role("heading", name="No world is free for you here")).to_be_visible()
    assert "topo_" not in page.url


def test_a_link_is_kept_while_its_world_cannot_be_asked(visit, world_of, sandbox):
    page = visit("/watch")
    own = world_of(page)
    page.goto("about:blank")
    page.route("**/_sandbox/world", lambda route: route.fulfill(status=503, json={"message": "Away."}))
    page.goto(f"{sandbox.url}/watch#world={own['id']}")
    expect(page.get_by_role("heading", name="The sandbox does not answer")).to_be_visible()
    assert page.url.endswith(f"#world={own['id']}")


def test_a_link_that_comes_while_another_is_asked_about_is_the_one_that_counts(visit, world_of):
    shared = world_of(visit("/watch"))
    page = visit("/watch#key=topo_abc")
    expect(asked(page)).to_be_visible()
    page.evaluate(f"location.hash = 'key={shared['keys'][0]['token']}'")
    page.wait_for_load_state("load")
    asked(page).get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("You are in the world of the link.")
    assert kept(page)[0] == shared["id"]


def test_a_link_is_opened_by_enter_and_one_that_is_declined_says_that_this_is_another_world(visit, world_of):
    shared = world_of(visit("/watch"))
    link = f"/watch#key={shared['keys'][0]['token']}"
    page = visit(link)
    expect(asked(page).get_by_role("button", name="Open", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You are in the world of the link.")
    other = visit(link)
    asked(other).get_by_role("button", name="Use my own").click()
    expect(other.locator("#notice")).to_contain_text("You did not open the world of the link.")


def test_a_link_is_copied_only_after_the_question_was_answered(visit):
    page = visit("/watch")
    view(page).locator("tbody a").first.click()
    page.evaluate("navigator.clipboard.writeText('before')")
    page.get_by_role("button", name="Copy link for a colleague").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert page.evaluate("navigator.clipboard.readText()") == "before"


def copied_link(page):
    page.get_by_role("button", name="Copy link", exact=True).click()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_plain_link_leads_back_to_its_world_where_the_browser_keeps_it(visit, world_of):
    page = visit("/watch")
    view(page).locator("tbody a").first.click()
    link, world = copied_link(page), world_of(page)["id"]
    page.get_by_role("button", name="World").click()
    page.get_by_role("button", name="New world").click()
    expect(page.get_by_text("This is a new world with new keys.")).to_be_visible()
    assert world_of(page)["id"] != world
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#open-menu")).to_be_visible()
    page.wait_for_function("id => JSON.parse(localStorage['sequences-sandbox']).current === id", arg=world)
    assert page.url == link.partition("#")[0]


def test_a_plain_link_says_that_it_does_not_open_its_world_where_that_is_not_known(visit):
    page = visit("/watch")
    view(page).locator("tbody a").first.click()
    other = visit(copied_link(page).removeprefix(page.evaluate("location.origin")))
    expect(other.get_by_text("This link belongs to another world, whose key it does not carry.")).to_be_visible()


@pytest.mark.parametrize("chosen", ["Read only", "No scope", "No key"])
def test_a_link_for_a_colleague_carries_the_key_that_may_most_whichever_is_chosen(visit, world_of, chosen):
    page = visit("/watch")
    widest = world_of(page)["keys"][0]
    assert widest["name"] == "Read and write"
    view(page).locator("tbody a").first.click()
    page.get_by_label("Key", exact=True).select_option(chosen)
    page.get_by_role("button", name="Copy link for a colleague").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy the link").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").partition("#key=")[2] == widest["token"]


def test_a_run_of_another_world_is_explained(visit):
    page = visit("/runs/00000000-0000-4000-8000-000000000000")
    expect(view(page)).to_contain_text("This run cannot be shown")
    expect(view(page)).to_contain_text("Copy link for a colleague")
    expect(view(page)).to_contain_text("NotFoundIssue")
