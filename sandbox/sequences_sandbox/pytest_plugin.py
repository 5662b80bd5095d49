"""The pytest plugin: a sandbox for the test run, and a private world for each test.

It is loaded with every pytest run on a machine that has the package, so it imports nothing beyond pytest until a fixture is
asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .client import Sandbox, World

_WORLDS: pytest.StashKey[list[Any]] = pytest.StashKey()
_MOST_SHOWN = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("sequences-sandbox")
    group.addoption(
        "--sequences-sandbox-url",
        metavar="URL",
        help="use the sandbox that runs at URL instead of starting one [SEQUENCES_SANDBOX_URL]",
    )
    group.addoption(
        "--sequences-fixture", metavar="FILE|NAME", default="demo", help="the fixture of new worlds (default: demo)"
    )


@pytest.fixture(scope="session")
def sequences_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A running sandbox: the one that `--sequences-sandbox-url` names, or one started once for each process of the run."""
    from .client import Sandbox  # noqa: PLC0415  # costs nothing until it is used

    url = request.config.getoption("--sequences-sandbox-url") or os.environ.get("SEQUENCES_SANDBOX_URL")
    if url:
        with Sandbox.connect(url, os.environ.get("SEQUENCES_SANDBOX_ADMIN_TOKEN")) as sandbox:
            yield sandbox
    else:
        with Sandbox.start(_fixture(request.config)) as sandbox:
            yield sandbox


@pytest.fixture
def sequences_world(request: pytest.FixtureRequest, sequences_sandbox: Sandbox) -> Iterator[World]:
    """A private world for this test, gone when it ends. Its requests are attached to the report of a failing test."""
    name = request.node.nodeid[-200:]
    with sequences_sandbox.world(_document(request.config, sequences_sandbox), name=name) as world:
        request.node.stash.setdefault(_WORLDS, []).append(world)
        yield world


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Attaches what a failing test sent to its world."""
    report = yield
    if report.when == "call" and report.failed:
        for world in item.stash.get(_WORLDS, []):
            report.sections.append(("Requests to the sandbox, newest first", _story(world)))
    return report


def _story(world: World) -> str:
    try:
        entries = world.journal.requests()
    except Exception as error:  # noqa: BLE001  # a report must come out even when the sandbox is gone
        return f"could not be read: {error}"
    lines = []
    for entry in entries[:_MOST_SHOWN]:
        query = f"?{entry['query']}" if entry["query"] else ""
        fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
        lines.append(
            f"{entry['method']} {entry['path']}{query} -> {entry['status']}  {entry['key_name'] or 'no key'}{fault}"
        )
        lines += [f"    {text}" for text in (entry["request"]["body"], entry["response"]["body"]) if text]
    if len(entries) > _MOST_SHOWN:
        lines.append(f"... and {len(entries) - _MOST_SHOWN} more")
    return "\n".join(lines) or "none"


def _fixture(config: pytest.Config) -> str:
    return str(config.getoption("--sequences-fixture"))


def _document(config: pytest.Config, sandbox: Sandbox) -> Any:
    """What a new world is made from: nothing where the sandbox was started with the fixture, else its name or content."""
    if not config.getoption("--sequences-sandbox-url") and not os.environ.get("SEQUENCES_SANDBOX_URL"):
        return None
    fixture = _fixture(config)
    if not Path(fixture).is_file():
        return fixture
    from .fixtures.sources import open_source  # noqa: PLC0415

    return open_source(Path(fixture)).document
