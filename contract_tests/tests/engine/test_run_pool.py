"""Runs leased by several rules at a time."""

import threading
from types import SimpleNamespace

import pytest
from sequences_contract.engine import Run
from sequences_contract.engine.errors import NotExercised
from sequences_contract.engine.run_pool import RunPool
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.stop_budget import StopBudget
from sequences_contract.http.pacing import Pacing


class Collection:
    def __init__(self, count):
        runs = [
            Run(
                {
                    "id": f"{number}",
                    "status": "ACTIVE",
                    "variables": {},
                    "contact_id": None,
                    "sequence_template_id": "t",
                }
            )
            for number in range(count)
        ]
        self.by_id = {run.id: run for run in runs}

    def in_status(self, status):
        return [run for run in self.by_id.values() if run.status == status]


def pool_of(count):
    found = Collection(count)
    client = SimpleNamespace(fetch=found.by_id.__getitem__, target=SimpleNamespace(pacing=Pacing()))
    return RunPool(client, Settings("http://127.0.0.1:1/v1"), lambda: found, {})


def test_a_rule_that_finds_every_run_leased_waits_for_one():
    pool = pool_of(1)
    leased = []

    def wait():
        with pool.lease("ACTIVE") as run:
            leased.append(run.id)

    with pool.lease("ACTIVE"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.1)
        assert leased == []
    waiting.join(10)
    assert leased == ["0"]


def test_no_two_rules_have_the_same_run_at_a_time():
    pool, held, clashes = pool_of(3), set(), []

    def work():
        for _ in range(50):
            with pool.lease("ACTIVE") as run:
                if run.id in held:
                    clashes.append(run.id)
                held.add(run.id)
                held.discard(run.id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert clashes == []
    assert pool.count("ACTIVE") == 3


def test_a_rule_that_holds_a_run_does_not_wait_for_another():
    pool = pool_of(1)
    with pool.lease("ACTIVE"), pytest.raises(NotExercised, match="left to work on"), pool.lease("ACTIVE"):
        pass


def test_a_pause_that_ends_while_its_run_is_given_back_leaves_nothing_behind():
    pool = pool_of(1)
    (active,) = pool.runs().by_id.values()
    seen = iter([active, Run({**active.fields, "status": "WAITING_FOR_LEAD"}), active])
    pool.client.fetch = lambda _: next(seen)
    pool.client.resume = lambda _: SimpleNamespace(status=422)
    with pool.lease("ACTIVE"):
        pass
    assert pool.left_changed == []
    assert pool.count("ACTIVE") == 1


def test_leased_runs_are_counted():
    pool = pool_of(2)
    with pool.lease("ACTIVE"):
        assert pool.count("ACTIVE") == 2


def test_a_stop_that_is_only_set_aside_is_waited_for():
    budget, spent = StopBudget(1), []

    def spend():
        budget.spend()
        spent.append(1)

    with budget.reserve():
        waiting = threading.Thread(target=spend)
        waiting.start()
        waiting.join(0.1)
        assert spent == []
    waiting.join(10)
    assert spent == [1]
    assert budget.left == 0
    with pytest.raises(NotExercised) as caught:
        budget.spend()
    assert caught.value.excused
