"""Measures the console in a browser: python -m sandbox.tests.console.speed

For each view: when it stands, and when its content does, at a first visit on the line that browsers call "Fast 3G"; and
its longest task in a world of 10,000 runs and as many journal entries, while a program writes 40 times a second.
No test passes or fails by it.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright
from sequences_sandbox_client import Sandbox

from .crowd import crowd_file, send_many

VIEWS = ("/", "/watch", "/faults", "/journal")
FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_000}
WRITES, PAUSE = 300, 0.025
DRAWN = """addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const length = document.querySelector("main:not([hidden])")?.textContent.length ?? 0;
  if (length !== (window.drawn ??= []).at(-1)?.[1]) drawn.push([Math.round(performance.now()), length]);
}).observe(document.body, {subtree: true, childList: true}))"""
TASKS = """window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
  .observe({type: "longtask", buffered: true})"""


def first_visit(browser: Browser, sandbox: Sandbox, path: str) -> list[int]:
    """The milliseconds at which a view began to stand, and at which it last changed."""
    with browser.new_context() as context:
        context.add_init_script(DRAWN)
        page = context.new_page()
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", FAST_3G)
        page.goto(sandbox.url + path, wait_until="commit")
        page.wait_for_timeout(7000)
        at = [moment for moment, length in page.evaluate("drawn") if length]
        return [at[0], at[-1]]


def longest_task(browser: Browser, sandbox: Sandbox, path: str) -> float:
    """The milliseconds of the longest task above 50, which is what browsers call a long one; 0 for none."""
    world = sandbox.world()
    send_many(world)
    with browser.new_context() as context:
        context.add_init_script(TASKS)
        page = context.new_page()
        page.goto(f"{sandbox.url}{path}#key={world.key}")
        page.get_by_role("button", name="Open", exact=True).click()
        with httpx.Client(base_url=world.url, headers={"Authorization": f"Bearer {world.key}"}, timeout=60) as client:
            runs = client.get("/sequences", params={"size": 100, "status": "ACTIVE"}).json()["items"]
            for number in range(WRITES):
                run = runs[number % len(runs)]["id"]
                client.patch(f"/sequences/{run}", json={"variables": {"n": str(number)}}).raise_for_status()
                time.sleep(PAUSE)
        page.wait_for_timeout(1000)
        return max(page.evaluate("tasks"), default=0.0)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with Sandbox.start() as demo, Sandbox.start(crowd_file(Path(folder))) as crowded:
            for path in VIEWS:
                stands, content = first_visit(browser, demo, path)
                task = longest_task(browser, crowded, path)
                line = f"{path:<9} stands at {stands} ms, last drawn at {content} ms; longest task {task:.0f} ms\n"
                sys.stdout.write(line)
        browser.close()


if __name__ == "__main__":
    main()
