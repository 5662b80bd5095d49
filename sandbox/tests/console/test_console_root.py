"""The console at a path of a site, as a proxy puts it there: nothing that it shows or asks for leaves the path."""

from playwright.sync_api import expect


def test_views_links_requests_and_embeds_stay_below_the_path(running, visit):
    """What is asked for without the path, the visitor's watcher objects to."""
    below = f"{running('--root-path', '/tools/sandbox').base.removesuffix('/v1')}/tools/sandbox"
    page = visit("/", origin=below)
    expect(page.get_by_role("link", name="Try", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Watch", exact=True).click()
    expect(page).to_have_url(f"{below}/watch")
    page.locator("main:not([hidden]) tbody a").first.click()
    page.get_by_role("button", name="Copy link", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()").partition("#")[0] == page.url
    assert page.url.startswith(f"{below}/runs/")
    page.reload()
    expect(page.get_by_role("link", name="← All runs")).to_have_attribute("href", "/tools/sandbox/watch")
    page.go_back()
    expect(page).to_have_url(f"{below}/watch")
    page.goto(f"{below}/embed/getMe")
    expect(page.locator("header.embed-head")).to_contain_text(f"{below}/v1")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("200", exact=True).first).to_be_visible()
