"""What a run costs: the proxy that holds responses back, and the page that is made of the measurements."""

import time

import httpx

from .cost import REASONS, WAYS, Measured, page
from .distance import away
from .mutants import FIXTURE
from .reference_server import serve


def test_a_server_behind_the_proxy_is_further_away_and_says_the_same():
    key = {"Authorization": "Bearer topo_contract_readwrite"}
    with serve(FIXTURE) as url, away(httpx.URL(url).port, 0.2) as port, httpx.Client(headers=key) as client:
        near = client.get(f"{url}/sequences?size=100")
        began = time.monotonic()
        far = client.get(f"http://127.0.0.1:{port}/v1/sequences?size=100")
        assert time.monotonic() - began >= 0.2
    assert far.json() == near.json()


def test_the_page_shows_each_measurement_and_why_rules_need_their_requests():
    rules = [{"id": "journeys.model", "requests": 600}, {"id": "list.listSequences.pages.small", "requests": 200}]
    report = {"totals": {"requests": 1234}, "rules": rules}
    text = "\n".join(page([Measured("control", 50, 0, 41.7, 11.25, 1.5, report)]))
    assert f"| {WAYS['control'].name} | 50 ms | 42 | 45 | 11.2 | 1,234 |" in text
    why = REASONS[r"journeys\.model"]
    assert f"| `journeys.model` | 600 | {why} |" in text
    assert "2 rules sent 800 requests" in text
