"""Who can use the console: by keyboard alone, with a screen reader, in either theme, in a narrow window."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

THEMES = ("light", "dark")
# The component is its maker's to mend; what is ours is checked whole.
OURS = {"exclude": [[".scalar-app"]]}


def show_reference(page):
    expect(page.get_by_text("A world of your own")).to_be_visible()
    expect(page.locator(".references-rendered")).to_be_visible()


def show_run(page):
    page.locator("table tbody tr").first.get_by_role("link").click()
    panel = page.get_by_role("complementary", name="The selected run")
    panel.get_by_role("button", name="Stop").click()
    expect(panel.locator(".exchange")).to_be_visible()


def show_fault(page):
    page.locator(".presets button").first.click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".exchange")).to_be_visible()


def show_no_request(page):
    expect(page.get_by_text("No request yet.")).to_be_visible()


def show_request(page):
    show_no_request(page)
    page.evaluate("""() => {
        const { token } = JSON.parse(localStorage.getItem("sequences-sandbox")).world.keys[0];
        return fetch("/v1/sequences?status=ACTIVE", { headers: { Authorization: `Bearer ${token}` } });
    }""")
    page.locator("table tbody tr").get_by_role("link").click()
    expect(page.get_by_role("complementary", name="The selected request").locator(".exchange")).to_be_visible()


STATES = {
    "try": ("/", show_reference),
    "watch": ("/watch", show_run),
    "faults": ("/faults", show_fault),
    "empty journal": ("/journal", show_no_request),
    "journal": ("/journal", show_request),
}


def opened(visit, state, **settings):
    """A page that shows what a view is for, with something selected where that can be; nothing moves any more."""
    path, show = STATES[state]
    page = visit(path, **settings)
    show(page)
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
    return page


def problems(page):
    found = Axe().run(page, OURS).response["violations"]
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_our_own_parts(visit, state, theme):
    assert problems(opened(visit, state, color_scheme=theme)) == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_what_opens_over_a_view(visit, theme):
    page = visit("/watch", color_scheme=theme)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#said")).to_contain_text("things happened")
    for name, opens in (("What happened", "What happened"), ("To…", "Set the time"), ("World", "World")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog", name=opens)).to_be_visible()
        assert problems(page) == []
    page.get_by_role("button", name="New world").click()
    expect(page.get_by_role("dialog", name="A new world?")).to_be_visible()
    assert problems(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_our_own_part_of_an_embed(visit, theme):
    page = visit("/embed/pauseSequence", color_scheme=theme)
    expect(page.get_by_role("button", name="Test Request")).to_be_visible()
    assert problems(page) == []


TELEPHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("state", STATES)
def test_no_view_is_wider_than_a_small_telephone(visit, state):
    page = opened(visit, state, viewport=TELEPHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]


def test_no_embed_is_wider_than_a_small_telephone(visit):
    page = visit("/embed/pauseSequence", viewport=TELEPHONE)
    expect(page.get_by_role("button", name="Test Request")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]


def test_the_theme_is_the_systems_and_follows_it(visit):
    page = visit("/watch", color_scheme="dark")
    body = page.locator("body")
    expect(body).to_have_css("background-color", "rgb(16, 19, 24)")
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")


def test_the_component_wears_the_same_theme(visit):
    page = visit("/", color_scheme="dark")
    expect(page.locator("body")).to_contain_class("dark-mode")
    expect(page.locator(".references-rendered")).to_be_visible()
    page.emulate_media(color_scheme="light")
    expect(page.locator("body")).to_contain_class("light-mode")


def focused(page):
    return page.locator("*:focus")


def tab_to(page, name, most=60):
    """Presses Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        # Not `focused`: within a control of several parts, such as that of an instant, some are in focus and not the whole.
        label = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
        if label.strip().startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_keyboard_alone_pauses_a_run_and_moves_time(visit):
    page = visit("/watch?status=ACTIVE")
    rows = page.locator("table tbody tr")
    expect(rows).to_have_count(10)
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    name = rows.first.get_by_role("link").text_content()
    tab_to(page, name)
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="The selected run")
    expect(panel).to_be_focused()
    tab_to(page, "Pause")
    page.keyboard.press("Enter")
    expect(panel.locator(".node.current")).to_have_text("WAITING_FOR_LEAD")
    expect(focused(page)).to_have_text("Pause")
    expect(page.locator("#said")).to_have_text("Pause a sequence: 200.")
    tab_to(page, "Answer")
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Request")).to_be_focused()
    expect(panel.get_by_role("tabpanel")).to_contain_text("HTTP/1.1")
    tab_to(page, "+1 day")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("things happened")


def test_focus_is_seen_and_menus_give_it_back(visit):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    tab_to(page, "World")
    expect(focused(page)).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.get_by_role("button", name="World")).to_be_focused()


def test_the_focus_stays_in_a_list_that_is_drawn_anew(visit, outside):
    page = visit("/watch")
    client = outside(page)
    rows = page.locator("table tbody tr")
    expect(rows).to_have_count(10)
    kept, other = rows.nth(3).get_attribute("data-id"), rows.nth(5).get_attribute("data-id")
    rows.nth(3).get_by_role("link").focus()
    client.patch(f"/v1/sequences/{other}", json={"variables": {"note": "new"}}).raise_for_status()
    expect(rows.first).to_have_attribute("data-id", other)
    expect(page.locator(f"tr[data-id='{kept}'] a")).to_be_focused()


def test_going_back_leads_back(visit):
    page = visit("/watch")
    expect(page.locator("table tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Faults").click()
    expect(page.get_by_role("heading", name="Add a fault")).to_be_visible()
    assert page.title() == "Faults · Sequences sandbox"
    page.go_back()
    expect(page.locator("table tbody tr")).to_have_count(10)
    expect(page.get_by_role("heading", name="Add a fault")).to_be_hidden()
