"""A writer that meets another one tries again, as long as a client may wait."""

import pytest
from sequences_sandbox.domain.errors import CommitIssue, NotFoundIssue
from sequences_sandbox.store.base import conflict
from sequences_sandbox.store.records import KeyRecord
from sequences_sandbox.worlds import conflicts
from sequences_sandbox.worlds.conflicts import again_after_conflicts
from sequences_sandbox.worlds.worlds import Caller

KEY = KeyRecord(b"digest", "key", "name", frozenset(), "world", "organization")


class Meeting:
    """Work that meets another writer so many times."""

    def __init__(self, conflicts_met: int) -> None:
        self.callers: list[Caller] = []
        self._left = conflicts_met

    def __call__(self, caller: Caller) -> str:
        self.callers.append(caller)
        if self._left:
            self._left -= 1
            raise conflict()
        return "done"


@pytest.fixture
def caller():
    return Caller(KEY, "req_1", world=object())


def test_a_writer_that_loses_thirty_times_is_carried_out_all_the_same(caller):
    work = Meeting(30)
    assert again_after_conflicts(caller, work) == "done"
    assert len(work.callers) == 31


def test_each_new_attempt_looks_at_the_world_anew(caller):
    work = Meeting(2)
    again_after_conflicts(caller, work)
    assert [one.world for one in work.callers] == [caller.world, None, None]


def test_patience_ends_and_the_client_sees_the_conflict(caller, monkeypatch):
    monkeypatch.setattr(conflicts, "_PATIENCE_SECONDS", 0.05)
    with pytest.raises(CommitIssue):
        again_after_conflicts(caller, Meeting(10_000))


def test_another_issue_is_met_once(caller):
    calls = []

    def work(one):
        calls.append(one)
        raise NotFoundIssue("It is gone.")

    with pytest.raises(NotFoundIssue):
        again_after_conflicts(caller, work)
    assert len(calls) == 1
