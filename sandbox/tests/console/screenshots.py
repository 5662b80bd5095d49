"""Takes the README's pictures of the console: python sandbox/tests/console/screenshots.py

A sandbox is started at the port that `serve` has by itself, so that the pictures show the addresses of the README. A
browser visits it as anyone would, uses it a little, and is photographed into docs/console/.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright
from sequences_sandbox.client import Sandbox, SandboxNotStarted

TARGET = Path(__file__).parents[3] / "docs" / "console"
WINDOW: ViewportSize = {"width": 1280, "height": 800}
LARGEST = 300_000
"""Bytes of a picture: a README is loaded over telephones too."""


def show_try(page: Page) -> None:
    """The reference at an operation that suits a run of the visitor's world."""
    page.get_by_role("link", name="Pause a sequence").first.click()
    expect(page.get_by_label("Code sample: curl").last).to_be_visible()
    expect(page.get_by_role("heading", name="Pause a sequence", exact=True)).to_be_in_viewport()


def show_watch(page: Page) -> None:
    """A run that was just paused, with the request and its answer."""
    page.get_by_label("Template").select_option("Product launch")
    page.get_by_label("Status").select_option("ACTIVE")
    row = page.locator("table tbody tr").first
    expect(row).to_contain_text("ACTIVE")
    row.get_by_role("link").click()
    page.get_by_label("Status").select_option("")
    panel = page.get_by_role("complementary", name="The selected run")
    panel.get_by_role("button", name="Pause").click()
    expect(panel.locator(".node.current")).to_have_text("WAITING_FOR_LEAD")
    expect(panel.locator(".wake")).to_contain_text("Wakes")
    expect(page.locator("tr[data-selected]")).to_contain_text("WAITING_FOR_LEAD")
    page.evaluate("document.activeElement.blur()")


VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {"try": ("/", show_try), "watch": ("/watch", show_watch)}


def take(sandbox: Sandbox, chromium: str) -> None:
    """Writes one picture for each of VIEWS. Raises SystemExit where one is larger than LARGEST."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (path, show) in VIEWS.items():
            page = browser.new_page(viewport=WINDOW, color_scheme="light", reduced_motion="reduce", locale="en-GB")
            page.goto(sandbox.url + path)
            show(page)
            page.mouse.move(0, 0)
            page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
            picture = page.screenshot(path=TARGET / f"{name}.png")
            page.close()
            if len(picture) > LARGEST:
                sys.exit(
                    f"{name}.png has {len(picture):,} bytes, more than {LARGEST:,}; show less, or a smaller window."
                )
        browser.close()


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
