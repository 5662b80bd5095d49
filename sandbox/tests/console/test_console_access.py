"""Who can use the console: by keyboard alone, with a screen reader, in either theme, in a narrow window."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

THEMES = ("light", "dark")
TELEPHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 740}


def view(page):
    return page.locator("main:not([hidden])")


def show_guide(page):
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    expect(page.locator(".guide .exchange")).to_be_visible()


def show_operation(page):
    expect(page.locator(".request .path")).not_to_contain_text(re.compile("[{]|%7B"))
    page.locator(".responses summary").first.click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".response")).to_contain_text("200")


def show_about(page):
    expect(page.get_by_role("heading", name="The status of a run")).to_be_visible()


def show_list(page):
    expect(view(page).locator("tbody tr")).to_have_count(10)


def show_run(page):
    view(page).locator("tbody a").first.click()
    actions = page.get_by_role("region", name="Actions")
    actions.get_by_role("button", name="Stop").click()
    expect(actions.locator(".exchange")).to_be_visible()


def show_faults(page):
    page.get_by_text("By key, method or path").click()
    for button in page.locator(".presets button").all()[:2]:
        button.click()
    view(page).locator(".cards").get_by_role("button", name="Off").first.click()
    page.get_by_role("region", name="See it").get_by_role("button", name="Send").click()
    expect(page.locator(".exchange")).to_be_visible()
    expect(page.get_by_role("heading", name="Off, used up or expired")).to_be_visible()


def show_no_request(page):
    expect(page.get_by_text("No request yet.")).to_be_visible()


def show_request(page):
    show_no_request(page)
    page.evaluate("""() => {
        const { worlds } = JSON.parse(localStorage.getItem("sequences-sandbox"));
        return fetch("/v1/sequences?status=ACTIVE", { headers: { Authorization: `Bearer ${worlds[0].keys[0].token}` } });
    }""")
    view(page).locator("tbody a").click()
    expect(page.get_by_role("complementary", name="The selected request").locator(".exchange")).to_be_visible()


def show_unknown(page):
    expect(view(page)).to_contain_text("There is no operation")


STATES = {
    "guide": ("/", show_guide), "operation": ("/try/pauseSequence", show_operation), "about": ("/try/about", show_about),
    "unknown operation": ("/try/nothing", show_unknown), "watch": ("/watch", show_list),
    "run": ("/watch?status=ACTIVE", show_run),
    "faults": ("/faults", show_faults), "empty journal": ("/journal", show_no_request),
    "journal": ("/journal", show_request),
    "embed": ("/embed/pauseSequence", show_operation),
}  # fmt: skip


def still(page):
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")


def opened(visit, state, **settings):
    """A page that shows what a view is for; nothing moves any more."""
    path, show = STATES[state]
    page = visit(path, **settings)
    show(page)
    still(page)
    return page


def problems(page):
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_view(visit, state, theme):
    assert problems(opened(visit, state, color_scheme=theme)) == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_what_opens_over_a_view(visit, theme):
    page = visit("/watch", color_scheme=theme)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#said")).to_contain_text("on the way")
    for name, opens in (("What happened", "What happened"), ("Set…", "Set the time"), ("World", "World")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog", name=opens)).to_be_visible()
        assert problems(page) == []
    page.get_by_role("button", name="Copy link for a colleague").click()
    expect(page.get_by_role("dialog", name="A link with your key?")).to_be_visible()
    assert problems(page) == []


@pytest.mark.parametrize("size", [TELEPHONE, SMALL], ids=["390", "360"])
@pytest.mark.parametrize("state", STATES)
def test_no_view_is_wider_than_a_telephone(visit, state, size):
    page = opened(visit, state, viewport=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("width", [820, 1080])
def test_no_header_is_wider_than_a_tablet(visit, width):
    page = visit("/watch", viewport={"width": width, "height": 1080})
    expect(page.locator("#clock").get_by_role("button", name=re.compile("^Next"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


COVERS = "(clock) => document.activeElement.getBoundingClientRect().top < clock.getBoundingClientRect().bottom"


@pytest.mark.parametrize("theme", THEMES)
def test_the_clock_stays_in_sight_on_a_telephone_and_covers_nothing_that_has_the_focus(visit, theme):
    page = opened(visit, "faults", viewport=TELEPHONE, color_scheme=theme)
    clock = page.get_by_role("region", name="The world's time")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(clock).to_be_in_viewport(ratio=1)
    assert clock.bounding_box()["height"] < TELEPHONE["height"] / 10
    assert clock.evaluate("(clock) => getComputedStyle(clock).backgroundColor").startswith("rgb(")  # and not rgba(
    before = page.evaluate("scrollY")
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator("#said")).to_have_text("The clock stands still.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="+1 hour")).to_be_focused()
    assert page.evaluate("scrollY") == before > 0
    page.get_by_role("button", name="Limit every key").focus()
    while not clock.evaluate("(clock) => clock.contains(document.activeElement)"):
        assert not clock.evaluate(COVERS), page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Shift+Tab")


def test_the_theme_is_the_systems_and_follows_it(visit):
    page = visit("/watch", color_scheme="dark")
    body = page.locator("body")
    expect(body).to_have_css("background-color", "rgb(16, 19, 24)")
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")


def tab_to(page, name, most=80):
    """Presses Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
        if label.strip().startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_keyboard_alone_pauses_a_run_and_moves_time(visit):
    page = visit("/watch?status=ACTIVE")
    rows = view(page).locator("tbody tr")
    expect(rows).to_have_count(10)
    page.keyboard.press("Tab")
    expect(page.locator("*:focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, rows.first.get_by_role("link").text_content())
    page.keyboard.press("Enter")
    expect(view(page).locator(".node.current")).to_have_text("ACTIVE")
    tab_to(page, "Pause")
    page.keyboard.press("Enter")
    expect(view(page).locator(".node.current")).to_have_text("WAITING_FOR_LEAD")
    expect(page.locator("#said")).to_have_text("Pause a sequence: 200.")
    tab_to(page, "Response")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Request")).to_be_focused()
    tab_to(page, "+1 day")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("on the way")


def test_the_keyboard_alone_sends_an_operation(visit):
    page = visit("/")
    expect(page.get_by_role("button", name=re.compile("^Pause until"))).to_be_visible()
    tab_to(page, "Get the API key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Get the API key")).to_be_visible()
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(view(page).locator(".response")).to_contain_text("200")


@pytest.mark.parametrize(("path", "first"), [("/try/getSequence", "Copy link"), ("/watch", "Status")])
def test_the_skip_link_leads_to_what_the_view_is_about(visit, path, first):
    page = visit(path)
    expect(page.locator("#key option").first).to_be_attached()
    expect(view(page).get_by_label(first).or_(view(page).get_by_role("button", name=first)).first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.textContent + (document.activeElement.labels?.[0]?.textContent ?? '')")
    assert first in name


def test_the_focus_goes_with_a_link_into_the_next_view(visit):
    page = visit("/watch")
    link = view(page).locator("tbody a").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Timeline")).to_be_visible()
    expect(page.locator("main.run")).to_be_focused()


def test_focus_is_seen_and_menus_give_it_back(visit):
    page = visit("/watch")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    tab_to(page, "World")
    expect(page.locator("*:focus")).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.get_by_role("button", name="World")).to_be_focused()


def test_the_focus_stays_in_a_list_that_is_drawn_again(visit, outside):
    page = visit("/watch")
    client = outside(page)
    rows = view(page).locator("tbody tr")
    expect(rows).to_have_count(10)
    kept, other = rows.nth(3).get_attribute("data-id"), rows.nth(5).get_attribute("data-id")
    page.bring_to_front()
    rows.nth(3).get_by_role("link").focus()
    expect(rows.nth(3).get_by_role("link")).to_be_focused()
    client.patch(f"/v1/sequences/{other}", json={"variables": {"note": "new"}}).raise_for_status()
    expect(rows.first).to_have_attribute("data-id", other)
    expect(page.locator(f"tr[data-id='{kept}'] a")).to_be_focused()


def test_going_back_leads_back(visit):
    page = visit("/watch")
    expect(view(page).locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Faults", exact=True).click()
    expect(page.get_by_role("heading", name="Add a fault")).to_be_visible()
    assert page.title() == "Faults · Sequences sandbox"
    page.go_back()
    expect(view(page).locator("tbody tr")).to_have_count(10)
    expect(page.get_by_role("heading", name="Add a fault")).to_be_hidden()
