"""Mocks: the same page, whatever is asked for, and always more to follow."""

import json

import pytest
from sequences_contract.contract.document import load_contract
from sequences_contract.engine import RuleContext, Session
from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.rules.selection import select

from ..odd_servers import answering, say

PAGE = load_contract().document["components"]["examples"]["FirstPage"]["value"]


@pytest.fixture(scope="module")
def mock():
    """The URL of a server that always responds with the contract's own example of a page."""
    with answering(say(json.dumps(PAGE).encode(), "application/json")) as url:
        yield url


def test_a_list_is_not_read_on_where_a_page_brings_nothing_new(mock):
    session, sent = Session(Settings(mock, {"key": "topo_mock_key"}, workers=1)), []
    session.target.observers.append(sent.append)
    assert len(session.runs().items) == 1
    assert len(RuleContext(session).pages(session.client.sequences, {})) == len(sent) - 2 == 2
    session.close()


def test_the_report_says_that_it_looks_like_a_mock(mock):
    settings = Settings(mock, {"key": "topo_mock_key"}, only=("Sequences",))
    outcome = run(settings, select(settings, ("list.listSequences.pages",)))
    assert "list.listSequences.pages.partition" in [verdict.rule.id for verdict in outcome.violated]
    assert outcome.notes == ("the same items on every page, as of a mock without state: /sequences",)
