"""Worlds of anonymous visitors: how many each address gets, how long they last, and which one makes room."""

from dataclasses import replace

import pytest
from sequences_sandbox.domain.limits import VisitorLimits
from sequences_sandbox.domain.timestamps import DAY, HOUR, MINUTE, SECOND
from sequences_sandbox.http.request.client_address import ClientAddresses, parse_network
from sequences_sandbox.worlds.factory import WorldFactory
from sequences_sandbox.worlds.worlds import Worlds

ADMIN = "sesame-1234"
PROXY = (parse_network("127.0.0.1"),)


@pytest.fixture
def hosted(api_with):
    """A hosted sandbox behind a proxy: four worlds, three for one address."""
    return api_with(admin_token=ADMIN, visitors=VisitorLimits(4, of_address=3), proxies=PROXY)


@pytest.fixture
def visit(hosted):
    """Makes a world as a visitor of an address."""

    def make(address, **body):
        headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
        return hosted("POST", "/_sandbox/worlds", key=None, headers=headers, json=body)

    return make


def key_of(answer):
    return answer.json()["organizations"][0]["api_keys"][0]["token"]


def works(api, answer):
    return api("GET", "sequences?size=1", key=key_of(answer)).status_code == 200


def test_an_address_gets_its_share_and_the_others_theirs(visit):
    assert [visit("1.1.1.1").status_code for _ in range(4)] == [201, 201, 201, 429]
    assert visit("2.2.2.2").status_code == 201


def test_a_full_share_names_itself_and_says_when_to_come_again(visit, hosted):
    for _ in range(3):
        visit("1.1.1.1")
    refused = visit("1.1.1.1")
    assert refused.json()["data"]["limit"] == "worlds of one client address"
    assert refused.headers["retry-after"] == str(VisitorLimits().spare // SECOND)


@pytest.mark.parametrize(
    ("others", "limit"),
    [(("1.1.1.1",), "worlds of one client address"), (("2.2.2.2", "3.3.3.3"), "worlds of visitors")],
)
def test_a_world_that_others_took_the_room_of_while_it_was_made_is_none(visit, hosted, monkeypatch, others, limit):
    kept = [visit("1.1.1.1") for _ in range(2)]
    create = WorldFactory.create

    def create_after_others(factory, fixture, options):
        for address in others:
            create(factory, fixture, replace(options, visitor=address))
        return create(factory, fixture, options)

    monkeypatch.setattr(WorldFactory, "create", create_after_others)
    rejected = visit("1.1.1.1")
    assert (rejected.status_code, rejected.json()["data"]["limit"]) == (429, limit)
    listed = hosted("GET", "/_sandbox/worlds", key=ADMIN).json()
    assert listed["total_count"] == 1 + len(kept) + len(others)
    assert all(works(hosted, each) for each in kept)


def test_a_world_that_made_room_for_another_one_makes_none_for_a_second(visit, hosted, monkeypatch):
    gone, _, _ = (visit("1.1.1.1").json()["id"] for _ in range(3))
    hosted.clock.advance(2 * MINUTE)
    delete = Worlds.delete
    monkeypatch.setattr(Worlds, "delete", lambda worlds, world_id: world_id != gone and delete(worlds, world_id))
    rejected = visit("1.1.1.1")
    assert (rejected.status_code, rejected.json()["data"]["limit"]) == (429, "new worlds")
    assert hosted("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"] == 4


def test_the_worlds_of_one_ipv6_network_are_those_of_one_address(visit):
    answers = [visit(f"2001:db8:1:{number:x}::1").status_code for number in (0x200, 0x201, 0x2FF, 0x27F)]
    assert answers == [201, 201, 201, 429]
    assert visit("2001:db8:1:300::1").status_code == 201


def test_the_oldest_idle_world_of_an_address_makes_room_for_its_next_one(visit, hosted):
    first, second, third = (visit("1.1.1.1") for _ in range(3))
    hosted.clock.advance(2 * MINUTE)
    assert works(hosted, first)
    assert visit("1.1.1.1").status_code == 201
    assert [works(hosted, each) for each in (first, second, third)] == [True, False, True]


def test_when_all_are_taken_the_address_with_most_makes_room_for_another(visit, hosted):
    greedy = [visit("1.1.1.1") for _ in range(3)]
    modest = visit("2.2.2.2")
    refused = visit("3.3.3.3")
    assert (refused.status_code, refused.json()["data"]["limit"]) == (429, "worlds of visitors")
    hosted.clock.advance(2 * MINUTE)
    assert visit("3.3.3.3").status_code == 201
    assert [works(hosted, each) for each in (*greedy, modest)] == [False, True, True, True]


def test_when_the_address_with_most_uses_all_of_its_worlds_another_with_an_idle_one_makes_room(visit, hosted):
    greedy = [visit("1.1.1.1") for _ in range(3)]
    modest = visit("2.2.2.2")
    hosted.clock.advance(2 * MINUTE)
    assert all(works(hosted, each) for each in greedy)
    assert visit("3.3.3.3").status_code == 201
    assert [works(hosted, each) for each in (*greedy, modest)] == [True, True, True, False]


def test_when_all_worlds_are_in_use_a_visitor_waits_for_the_first_to_become_idle_whosever_it_is(visit, hosted):
    modest = visit("2.2.2.2")
    hosted.clock.advance(MINUTE)
    greedy = [visit("1.1.1.1") for _ in range(3)]
    refused = visit("3.3.3.3")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    hosted.clock.advance(MINUTE)
    assert visit("3.3.3.3").status_code == 201
    assert [works(hosted, each) for each in (modest, *greedy)] == [False, True, True, True]


def test_a_world_that_is_used_again_and_again_ends_all_the_same(visit, hosted):
    world = visit("1.1.1.1")
    assert world.json()["expires_at"] == "2026-03-02T10:00:00Z"
    for _ in range(DAY // (HOUR // 2) - 1):
        hosted.clock.advance(HOUR // 2)
        assert works(hosted, world)
    shown = hosted("GET", "/_sandbox/world", key=key_of(world)).json()
    assert shown["expires_at"] == shown["ends_at"] == "2026-03-03T09:00:00Z"
    assert (shown["limits"]["runs"], shown["limits"]["snapshots"]) == (1000, 10)
    hosted.clock.advance(HOUR // 2)
    assert not works(hosted, world)
    assert hosted("GET", "/_sandbox/worlds", key=ADMIN).json()["total_count"] == 1


def test_an_address_makes_worlds_no_faster_than_its_pace_and_hinders_nobody_by_it(api_with):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(1000, of_address=1000), proxies=PROXY)

    def made(address):
        return api("POST", "/_sandbox/worlds", key=None, headers={"X-Forwarded-For": address}, json={})

    answers = [made("1.1.1.1") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert (answers[-1].headers["retry-after"], answers[-1].json()["data"]["limit"]) == ("10", "new worlds")
    assert made("2.2.2.2").status_code == 201


def test_the_control_of_the_default_world_is_the_admins(hosted):
    for method, path in (("GET", "world"), ("GET", "journal"), ("POST", "world/reset"), ("PUT", "rate-limit")):
        body = {"limit": 1, "per_seconds": 60} if method == "PUT" else None
        answers = [
            hosted(method, f"/_sandbox/{path}", key=key, **({"json": body} if body else {}))
            for key in ("topo_demo_readwrite", "topo_demo_noscope", ADMIN)
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 200]
        assert "Make a world of your own" in answers[0].json()["message"]
    assert hosted("GET", "sequences", key="topo_demo_readwrite").status_code in (200, 429)


def test_the_admin_controls_a_default_world_that_no_key_opens(api_with, tmp_path):
    fixture = tmp_path / "keyless.yaml"
    fixture.write_text("organizations: [{name: Keyless, api_keys: []}]")
    api = api_with(fixture=str(fixture), admin_token=ADMIN, visitors=VisitorLimits(4))
    (organization,) = api("GET", "/_sandbox/world", key=ADMIN).json()["organizations"]
    assert organization["api_keys"] == []
    run = api("POST", "/_sandbox/sequences", key=ADMIN, json={})
    assert (run.status_code, run.json()["organization_id"]) == (201, organization["id"])


def test_wrong_admin_tokens_are_slowed_down_for_their_address_alone(hosted):
    def guess(token, address, path="worlds"):
        return hosted("GET", f"/_sandbox/{path}", key=token, headers={"X-Forwarded-For": address}).status_code

    assert [guess(f"wrong-{number}", "1.1.1.1") for number in range(11)] == [401] * 10 + [429]
    assert guess(ADMIN, "1.1.1.1") == 429
    assert guess("wrong-again", "1.1.1.1", "world") == 429
    assert guess("topo_of_a_world_that_is_gone", "1.1.1.1", "world") == 401
    assert guess(ADMIN, "2.2.2.2") == 200
    hosted.clock.advance(10 * SECOND)
    assert guess(ADMIN, "1.1.1.1") == 200


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({}, "10.0.0.7"),
        ({"x-forwarded-for": "1.2.3.4"}, "1.2.3.4"),
        ({"x-forwarded-for": "6.6.6.6, 1.2.3.4:5678, 10.0.0.9"}, "1.2.3.4"),
        ({"x-forwarded-for": "6.6.6.6, nonsense"}, "unknown"),
        ({"forwarded": 'for=6.6.6.6, for="[2001:db8::1]:80";proto=https'}, "2001:db8::/56"),
        ({"x-forwarded-for": "1.2.3.4", "forwarded": "for=6.6.6.6"}, "10.0.0.7"),
        ({"x-forwarded-for": "10.0.0.1," * 1000 + "10.0.0.2"}, "10.0.0.7"),
    ],
)
def test_a_named_proxy_says_where_a_request_comes_from_and_nobody_else_does(headers, client):
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert ClientAddresses([parse_network("10.0.0.0/8")]).of("10.0.0.7", sent) == client
    assert ClientAddresses([]).of("::ffff:10.0.0.7", sent) == "10.0.0.7"


def test_a_visitor_who_is_too_fast_is_told_so_before_a_fixture_is_read(visit):
    statuses = [visit("1.1.1.1", fixture={"organizations": []}).status_code for _ in range(60)]
    assert statuses[0] == 400
    assert statuses[-1] == 429
