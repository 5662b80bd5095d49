"""Reads wait behind writes, in the thread of a rule and in those that work for it."""

import threading

import pytest
from sequences_contract.engine.workers import side_by_side
from sequences_contract.http import settling
from sequences_contract.http.settling import Settling

from ..ordinary_servers.conditions import VirtualTime


@pytest.fixture
def clock(monkeypatch):
    virtual = VirtualTime()
    monkeypatch.setattr(settling, "time", virtual)
    return virtual


def test_reads_wait_so_long_after_a_write_and_no_longer(clock):
    reads = Settling()
    with reads.patient(3):
        reads.wrote()
        began = clock.monotonic()
        reads.wait()
        reads.wait()
    assert clock.monotonic() - began == pytest.approx(3, abs=1)


def test_without_patience_or_a_write_nothing_waits(clock):
    reads, began = Settling(), clock.monotonic()
    with reads.patient(3):
        reads.wait()
    reads.wrote()
    reads.wait()
    assert clock.monotonic() - began < 1


def test_what_works_for_a_rule_waits_as_it_does(clock):
    reads = Settling()
    with reads.patient(3):
        reads.wrote()
        began = clock.monotonic()
        side_by_side([reads.wait] * 2, 2)
    assert clock.monotonic() - began >= 3


def test_another_rule_has_written_nothing():
    reads, seen = Settling(), []
    reads.wrote()
    other = threading.Thread(target=lambda: seen.append(reads.has_written))
    other.start()
    other.join()
    assert seen == [False]
