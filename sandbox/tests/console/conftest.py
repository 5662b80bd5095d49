"""A browser that visits the console of a running sandbox, and objects to whatever a visitor should never meet."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright
from sequences_sandbox_client import Sandbox

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP *.example 127.0.0.1",
]  # fmt: skip
PATIENCE_MS = 60_000
KEPT = "sequences-sandbox"

expect.set_options(timeout=PATIENCE_MS)


# Not of the session: while Playwright's loop runs in this thread, no other module's test may run one of its own.
@pytest.fixture(scope="module")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=ARGUMENTS, timeout=2 * PATIENCE_MS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with its demo data, as `serve` starts it."""
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.log() == ""


class Watcher:
    """What the pages of one visitor asked for and complained of."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self.origins = origins
        self.strange: list[str] = []
        self.complaints: list[str] = []

    def route(self, route: Route) -> None:
        """Lets requests to the sandbox pass and no other."""
        url = route.request.url
        if url.startswith((*(f"{origin}/" for origin in self.origins), "data:", "blob:")):
            route.continue_()
        else:
            self.strange.append(url)
            route.abort()

    def console(self, message: ConsoleMessage) -> None:
        """Notes errors. That the API refuses something, or breaks off, is no fault of the page."""
        about = urlsplit(message.location.get("url", "")).path
        if message.type == "error" and not about.startswith(("/v1/", "/_sandbox/")):
            self.complaints.append(message.text)


@pytest.fixture
def start() -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox of a test's own. It ends after the pages that show it: they would complain of that."""
    with ExitStack() as running:
        yield lambda *arguments: running.enter_context(Sandbox.start(arguments=list(arguments)))


@pytest.fixture
def visit(browser: Browser, sandbox: Sandbox, start: Callable[..., Sandbox]) -> Iterator[Callable[..., Page]]:
    """Opens an address of the console as a new visitor. Nothing may ask another host, and nothing may be complained of."""
    contexts, watchers = [], []

    def open_page(path: str = "/", *, origin: str = sandbox.url, quiet: bool = False, **settings: Any) -> Page:
        """`quiet`: what the page complains of while its sandbox is away is no fault of it."""
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **settings)
        context.set_default_timeout(PATIENCE_MS)
        watcher = Watcher((origin,))
        if not quiet:
            context.route("**/*", watcher.route)
        contexts.append(context)
        if not quiet:
            watchers.append(watcher)
        page = context.new_page()
        page.on("console", watcher.console)
        page.on("pageerror", lambda error: watcher.complaints.append(str(error)))
        page.goto(origin + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for watcher in watchers for url in watcher.strange] == []
    assert [text for watcher in watchers for text in watcher.complaints] == []


def world_of(page: Page) -> dict[str, Any]:
    """What the browser keeps of the world that a page is in, keys included."""
    expect(page.locator("#key option").first).to_be_attached()
    kept = json.loads(page.evaluate(f"localStorage.getItem('{KEPT}')"))
    [world] = [each for each in kept["worlds"] if each["id"] == kept["current"]]
    return dict(world)


@pytest.fixture(name="world_of")
def _world_of() -> Callable[[Page], dict[str, Any]]:
    return world_of


@pytest.fixture
def outside(sandbox: Sandbox) -> Iterator[Callable[..., httpx.Client]]:
    """A client of the visitor's own: calls the world that a page is in, with one of its keys."""
    clients = []

    def client(page: Page, key: str = "Read and write", organization: int = 0, url: str = sandbox.url) -> httpx.Client:
        world = world_of(page)
        owner = world["organizations"][organization]["id"]
        [token] = [each["token"] for each in world["keys"] if each["name"] == key and each["organization_id"] == owner]
        clients.append(httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60))
        return clients[-1]

    yield client
    for each in clients:
        each.close()


@pytest.fixture
def second_tab() -> Callable[..., Page]:
    """Opens another tab of the same visitor."""

    def open_tab(page: Page, path: str | None = None) -> Page:
        tab = page.context.new_page()
        tab.goto(page.url if path is None else f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}{path}")
        return tab

    return open_tab
