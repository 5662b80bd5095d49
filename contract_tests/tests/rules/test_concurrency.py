"""Rules about requests at the same time say what they tried."""

import math
import re
from functools import partial

import pytest
from sequences_contract.engine import RuleContext
from sequences_contract.engine.runner import run
from sequences_contract.engine.session import Session
from sequences_contract.engine.settings import Settings
from sequences_contract.rules.concurrency.at_once import Rounds, at_once
from sequences_contract.rules.selection import select

from ..conftest import KEY
from ..mutants import FIXTURE
from ..reference_server import serve


@pytest.fixture
def context():
    with serve(FIXTURE) as url:
        session = Session(Settings(url, {"key": KEY}))
        yield RuleContext(session)
        session.close()


def test_responses_come_in_the_order_of_the_calls(context):
    sizes = range(1, 9)
    responses = at_once(context, *(partial(context.search, size=size) for size in sizes), apart=0.001)
    assert [len(context.page_of(response).items) for response in responses] == list(sizes)


def test_rounds_say_how_many_they_were_and_which_statuses_came(context):
    rounds = Rounds(context)
    for _ in range(3):
        rounds.send(partial(context.search, size=1), partial(context.search, size=0))
    assert re.fullmatch(
        r"3 rounds, all requests under way at the same time in [0-3] of them: 3 times 200 400", context.saw
    )


def test_the_verdict_keeps_what_was_tried():
    with serve(FIXTURE, faults=["updates_at_once_lose_one"]) as url:
        settings = Settings(url, {"key": KEY}, allow_writes=True, stops=math.inf)
        (verdict,) = run(settings, select(settings, ("race.update_with_update",))).violated
    assert "200 200 200 200" in verdict.saw
