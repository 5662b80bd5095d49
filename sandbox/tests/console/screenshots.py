"""Takes the pictures of the console, every view in both themes: python sandbox/tests/console/screenshots.py

A sandbox is started at the port that `serve` has by itself, so that the pictures show the addresses of the README. A
browser visits it as anyone would, uses it a little, and is photographed into docs/console/.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from sequences_sandbox_client import Sandbox, SandboxNotStarted

expect.set_options(timeout=60_000)

TARGET = Path(__file__).parents[3] / "docs" / "console"
WINDOW: ViewportSize = {"width": 1280, "height": 840}
LARGEST = 300_000
"""Bytes of a picture: a README is loaded over telephones too."""


def show_guide(page: Page) -> None:
    """The first screen, a run just paused."""
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    expect(page.locator(".guide .exchange")).to_be_visible()


def show_operation(page: Page) -> None:
    """An operation with its response."""
    expect(page.locator(".request .path")).not_to_contain_text(re.compile("[{]|%7B"))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".response")).to_contain_text("200")


def show_about(page: Page) -> None:
    """What the contract says about all operations."""
    expect(page.get_by_role("heading", name="The status of a run")).to_be_attached()


def show_watch(page: Page) -> None:
    """The runs, with an active fault in the banner."""
    page.get_by_role("link", name="Faults", exact=True).click()
    page.get_by_role("button", name="429 on the third call").click()
    page.get_by_role("link", name="Watch", exact=True).click()
    page.get_by_role("combobox", name="Status").select_option("ACTIVE")
    expect(page.locator("main:not([hidden]) tbody tr .status")).to_have_text(["ACTIVE"] * 10)


def show_run(page: Page) -> None:
    """A run that was paused until Monday, and woke."""
    page.get_by_role("button", name=re.compile("^Pause until Mon")).click()
    expect(page.locator(".step.done")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Jump to Mon")).click()
    expect(page.locator(".step.done")).to_have_count(2)
    page.get_by_role("link", name="Watch the run").click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("wake")


def show_faults(page: Page) -> None:
    """Rules that are active and one that is used up."""
    expect(page.locator(".presets button")).to_have_count(4)
    for button in page.locator(".presets button").all():
        button.click()
    expect(page.locator(".cards li")).to_have_count(4)
    page.get_by_role("region", name="See it").get_by_role("button", name="Send").click()
    expect(page.locator(".exchange")).to_be_visible()
    expect(page.get_by_role("heading", name="Off, used up or expired")).to_be_visible()


def show_journal(page: Page) -> None:
    """Requests of a client, and one that went wrong opened."""
    expect(page.get_by_text("No request yet.")).to_be_visible()
    page.evaluate(REQUESTS)
    expect(page.locator("main:not([hidden]) tbody tr")).to_have_count(5)
    page.locator("main:not([hidden]) tbody tr").filter(has_text="400").first.get_by_role("link").click()
    expect(page.locator(".entry .exchange")).to_be_visible()


REQUESTS = """async () => {
    const [{ keys }] = JSON.parse(localStorage.getItem("sequences-sandbox")).worlds;
    const headers = { Authorization: `Bearer ${keys[0].token}` };
    const paths = ["me", "sequences?status=ACTIVE", "sequences?size=1000", "contacts?size=2", "sequences?page=2"];
    for (const path of paths) await fetch(`/v1/${path}`, { headers });
}"""

VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "try": ("/", show_guide),
    "operation": ("/try/pauseSequence", show_operation),
    "about": ("/try/about", show_about),
    "watch": ("/watch", show_watch),
    "run": ("/", show_run),
    "faults": ("/faults", show_faults),
    "journal": ("/journal", show_journal),
    "embed": ("/embed/pauseSequence", show_operation),
}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def take(sandbox: Sandbox, chromium: str) -> None:
    """Writes one picture for each of VIEWS and THEMES. Raises SystemExit where one is larger than LARGEST."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (path, show) in VIEWS.items():
            for theme in THEMES:
                photograph(browser, sandbox.url + path, show, theme, TARGET / f"{name}-{theme}.png")
        browser.close()


def photograph(
    browser: Browser, address: str, show: Callable[[Page], None], theme: Literal["light", "dark"], target: Path
) -> None:
    """Takes one picture as a new visitor."""
    page = browser.new_page(viewport=WINDOW, color_scheme=theme)
    page.goto(address)
    show(page)
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    picture = page.screenshot(path=target)
    page.close()
    if len(picture) > LARGEST:
        sys.exit(f"{target.name} has {len(picture):,} bytes, more than {LARGEST:,}; show less, or a smaller window.")


def main() -> None:
    """Takes the pictures, or says what is missing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("No chromium on the PATH; run .ci/install-programs.")
    try:
        with Sandbox.start(arguments=["--port", "4010"]) as sandbox:
            take(sandbox, chromium)
    except SandboxNotStarted as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
