"""The pytest plugin: a sandbox for the test run, and a private world for each test.

It is loaded with every pytest run on a machine that has the package, so it imports nothing beyond pytest until a fixture is
asked for.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from . import Sandbox, World

__tracebackhide__ = True

_USED: pytest.StashKey[tuple[Sandbox, World]] = pytest.StashKey()
_MARK = "sequences_world"
_TOKEN = "SEQUENCES_SANDBOX_ADMIN_TOKEN"  # noqa: S105  # the variable that holds it
_POSITIONAL = ("fixture",)
_ARGUMENTS = ("fixture", "name", "now", "frozen", "seed", "ttl_seconds")
_SECONDS_UNUSED = 3600
_MOST_SHOWN = 20
_LONGEST_BODY = 500
_LONGEST_LOG = 5000


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sequences-sandbox")
    group.addoption(
        "--sequences-sandbox-url",
        metavar="URL",
        help="use the sandbox that runs at URL instead of starting one [SEQUENCES_SANDBOX_URL; the admin token, where one"
        " is needed, is SEQUENCES_SANDBOX_ADMIN_TOKEN]",
    )
    group.addoption(
        "--sequences-fixture",
        metavar="FILE|NAME",
        help="the fixture of new worlds (default: demo, or what the running sandbox was started with)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARK}(fixture=, now=, frozen=, seed=): how the test's own world of the sequences sandbox is created",
    )


@pytest.fixture(scope="session")
def sequences_sandbox(pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """A running sandbox: the one at `--sequences-sandbox-url`, or one started for this run (for each worker of xdist)."""
    from . import Sandbox, UnauthorizedError  # noqa: PLC0415  # costs nothing until it is used
    from .variables import misspelling  # noqa: PLC0415

    if wrong := misspelling():
        raise pytest.UsageError(wrong)
    url = _url(pytestconfig)
    if url:
        try:
            sandbox = Sandbox.connect(url, os.environ.get(_TOKEN))
        except UnauthorizedError as error:
            raise pytest.UsageError(f"{_TOKEN}: {error}") from None
    else:
        sandbox = Sandbox.start(pytestconfig.getoption("--sequences-fixture") or "demo")
    with sandbox:
        yield sandbox


@pytest.fixture
def sequences_world(request: pytest.FixtureRequest, sequences_sandbox: Sandbox) -> Iterator[World]:
    """A private world for this test, gone when it ends. Its requests are attached to the report of a failing test.

    `@pytest.mark.sequences_world(fixture="every_status", frozen=True)` says how it is made.
    """
    wanted: dict[str, Any] = {"name": request.node.nodeid[-200:]}
    if _url(request.config):
        # A sandbox that goes on after this run must not keep what a run that was killed has left.
        wanted.update(ttl_seconds=_SECONDS_UNUSED, fixture=request.config.getoption("--sequences-fixture"))
    mark = request.node.get_closest_marker(_MARK)
    with sequences_sandbox.world(**{**wanted, **(_asked(mark) if mark else {})}) as world:
        request.node.stash[_USED] = sequences_sandbox, world
        yield world


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches what a failing test sent to its world, and the warnings of the sandbox."""
    report = yield
    if report.failed and report.when != "teardown" and _USED in item.stash:
        sandbox, world = item.stash[_USED]
        report.sections.append(("Requests to the sequences sandbox", _story(world)))
        log = sandbox.log()
        if log:
            report.sections.append(("Log of the sequences sandbox", log[-_LONGEST_LOG:]))
    return report


def _asked(mark: pytest.Mark) -> dict[str, Any]:
    """The arguments of the mark. Others than `Sandbox.world` takes are a usage error, not a trace through this package."""
    asked = {**dict(zip(_POSITIONAL, mark.args, strict=False)), **mark.kwargs}
    unknown = [repr(each) for each in mark.args[len(_POSITIONAL) :]] + [
        name for name in asked if name not in _ARGUMENTS
    ]
    if unknown:
        raise pytest.UsageError(f"@pytest.mark.{_MARK} takes {', '.join(_ARGUMENTS)}; not {', '.join(unknown)}")
    return asked


def _url(config: pytest.Config) -> str | None:
    return config.getoption("--sequences-sandbox-url") or os.environ.get("SEQUENCES_SANDBOX_URL")


def _story(world: World) -> str:
    try:
        entries = world.journal.requests()
    except Exception as error:  # noqa: BLE001  # a report must come out even when the sandbox is gone
        return f"could not be read: {error}"
    lines = [f"... {len(entries) - _MOST_SHOWN} earlier"] if len(entries) > _MOST_SHOWN else []
    for entry in entries[-_MOST_SHOWN:]:
        query = f"?{entry['query']}" if entry["query"] else ""
        fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
        call = f"{entry['method']} {entry['path']}{query} -> {entry['status']}"
        lines.append(f"{entry['at']}  {call}  {entry['key_name'] or 'no key'}{fault}  {entry['request_id']}")
        lines += [f"    {sign} {body}" for sign, body in _bodies(entry) if body]
    return "\n".join(lines) or "none"


def _bodies(entry: Any) -> Iterator[tuple[str, str]]:
    """What was sent, and the error responses."""
    yield ">", (entry["request"]["body"] or "")[:_LONGEST_BODY]
    if entry["status"] >= 400:
        yield "<", (entry["response"]["body"] or "")[:_LONGEST_BODY]
