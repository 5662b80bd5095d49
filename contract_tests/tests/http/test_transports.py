"""Transports: one for each request in flight, the last one first, and none kept for long."""

import httpx
import pytest
from sequences_contract.http import connection
from sequences_contract.http.connection import Transports


class Transport(httpx.BaseTransport):
    """One that knows whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def transports(monkeypatch):
    monkeypatch.setattr(httpx, "HTTPTransport", lambda **_: Transport())
    return Transports("http://far.example", ca_bundle=None)


def test_requests_at_the_same_time_have_a_transport_each_and_the_last_one_serves_again(transports):
    with transports.one() as one, transports.one() as other:
        assert one is not other
    with transports.one() as again:
        assert again is one


def test_what_nobody_uses_is_closed(transports, monkeypatch):
    with transports.one() as one, transports.one() as other:
        pass
    monkeypatch.setattr(connection, "_KEPT_SECONDS", -1.0)
    with transports.one() as last:
        assert last is one
        assert other.is_closed


def test_what_is_under_way_when_all_is_closed_is_closed_at_its_end(transports):
    with transports.one() as one:
        transports.close()
        assert not one.is_closed
    assert one.is_closed


def test_a_given_transport_stands_for_all():
    given = Transport()
    transports = Transports("http://far.example", ca_bundle=None, given=given)
    with transports.one() as one, transports.one() as other:
        assert one is other is given
    transports.close()
    assert given.is_closed
