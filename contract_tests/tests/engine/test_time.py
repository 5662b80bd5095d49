"""Rules that need time to pass, where nothing can move the target's time."""

import httpx
import pytest

from ..conftest import KEY
from ..mutants import FIXTURE
from ..reference_server import serve

STANDS_STILL = "the target's clock stands still; give --control"


@pytest.fixture
def frozen():
    """The URL of a reference server whose clock stands still."""
    with serve(FIXTURE) as url:
        clock = url.replace("/v1", "/_sandbox/clock")
        headers = {"Authorization": f"Bearer {KEY}"}
        httpx.patch(clock, headers=headers, json={"frozen": True}).raise_for_status()
        yield url


def test_a_clock_that_stands_still_is_no_fault(check, frozen):
    rules = ("update.moves_updated_at", "update.no_change", "pause.resumes_by_itself", "pause.cancelled_by_resume")
    options = [part for name in rules for part in ("--rule", name)]
    status, text = check(frozen, "--allow-writes", "--profile", "strict", *options)
    assert status == 3
    assert text.count(STANDS_STILL) == 1
    assert "0 rules passed, 0 violated, 4 not exercised" in text


def test_updates_that_forget_updated_at_are_no_clock_that_stands_still(check):
    with serve(FIXTURE, faults=["update_leaves_updated_at"]) as url:
        status, text = check(url, "--allow-writes", "--rule", "update.moves_updated_at")
    assert status == 1
    assert STANDS_STILL not in text
