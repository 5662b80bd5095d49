"""Event streams and responses that faults delay hold connections, so a world, an address and all together have few."""

import asyncio

import httpx
import pytest
from sequences_sandbox.domain.errors import RateLimitIssue
from sequences_sandbox.domain.limits import Share, VisitorLimits, host_limits
from sequences_sandbox.traffic.places import Places

ADMIN = "sesame-1234"
LIMITS = host_limits(1024, shared=True)
SLOW = {"effect": {"latency": {"fixed_ms": 600_000}}}
DRIPPING = {"effect": {"drip_seconds": 600}}


def key_of(api):
    world = api("POST", "/_sandbox/worlds", key=None, json={}).json()
    return world["organizations"][0]["api_keys"][0]["token"]


@pytest.fixture
def api(api_with):
    return api_with(admin_token=ADMIN, visitors=VisitorLimits(5))


async def _held(api, key, path, number, what):
    """Asks `number` times for what does not end; returns what one more gets, and whether one after those is answered."""
    transport = httpx.ASGITransport(api.app.asgi)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010", headers=headers) as client:
        held = [asyncio.create_task(client.get(path)) for _ in range(number)]
        await asyncio.sleep(0)
        refused = await asyncio.wait_for(client.get(path), 10)
        assert not any(each.done() for each in held)
        for each in held:
            each.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        again = asyncio.create_task(client.get(path))
        try:
            async with asyncio.timeout(30):
                while not again.done() and not await _taken(client, what):
                    await asyncio.sleep(0.001)
            return refused, again.done()
        finally:
            again.cancel()


async def _taken(client, what):
    response = await client.get("/_sandbox/metrics", headers={"Authorization": f"Bearer {ADMIN}"})
    return f'places_taken{{limit="{what}"}} 1.0\n' in response.text


@pytest.mark.parametrize(
    ("path", "fault", "share"),
    [
        ("/_sandbox/events", None, LIMITS.streams),
        ("/v1/sequences", SLOW, LIMITS.delayed),
        ("/v1/sequences", DRIPPING, LIMITS.delayed),
    ],
)
def test_a_world_has_so_many_at_a_time_and_gets_another_when_one_ends(api, path, fault, share):
    key = key_of(api)
    if fault is not None:
        api("POST", "/_sandbox/faults", key=key, json=fault)
    refused, answered = asyncio.run(_held(api, key, path, share.of_world, share.what))
    assert (refused.status_code, refused.json()["type"]) == (429, "RateLimitIssue")
    assert refused.json()["data"]["limit"] == f"{share.what} of a world"
    assert refused.json()["data"]["allowed"] == {"maximum": share.of_world}
    assert not answered


def test_an_address_has_few_large_bodies_on_their_way(api):
    key, most = key_of(api), LIMITS.bodies.of_address
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    async def answers():
        goes_on = asyncio.Event()

        async def body(size):
            yield b" " * size
            await goes_on.wait()
            yield b"{}"

        transport = httpx.ASGITransport(api.app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010", headers=headers) as client:
            sizes = [200_000] * (most + 1) + [1000]
            sent = [asyncio.create_task(client.put("/_sandbox/rate-limit", content=body(size))) for size in sizes]
            (rejected,), _ = await asyncio.wait(sent, timeout=30, return_when=asyncio.FIRST_COMPLETED)
            goes_on.set()
            return rejected.result(), [(await each).json().get("data", {}).get("limit") for each in sent]

    rejected, limits = asyncio.run(answers())
    assert (rejected.status_code, rejected.json()["data"]["allowed"]) == (429, {"maximum": most})
    assert limits.count(f"{LIMITS.bodies.what} of one client address") == 1
    assert limits[-1] is None
    metrics = api("GET", "/_sandbox/metrics", key=ADMIN).text
    assert f'places_taken{{limit="{LIMITS.bodies.what}"}} 0.0\n' in metrics


def test_places_are_counted_by_world_by_address_and_in_all():
    places = Places(Share("streams", 2, 3, 4))
    back = [places.take("one", "a"), places.take("one", "a"), places.take("two", "a")]

    def rejected_by(world, address):
        with pytest.raises(RateLimitIssue) as raised:
            places.take(world, address)
        return raised.value.data["limit"]

    assert rejected_by("one", "b") == "streams of a world"
    assert rejected_by("two", "a") == "streams of one client address"
    back.append(places.take("two", "b"))
    assert rejected_by("three", "c") == "streams of this server"
    for each in back:
        each()
    assert places.taken == 0
    assert len([places.take("one", "b") for _ in range(2)]) == 2


def test_a_large_body_whose_response_a_fault_delays_gives_back_both_places(api):
    key = key_of(api)
    late = {"effect": {"latency": {"fixed_ms": 1}}}
    assert api("POST", "/_sandbox/faults", key=key, json=late).status_code == 201
    run = api("GET", "/v1/sequences?status=ACTIVE", key=key).json()["items"][0]["id"]
    large = {"variables": {str(number): "x" * 1000 for number in range(200)}}
    answer = api("PATCH", f"/v1/sequences/{run}", key=key, json=large)
    assert (answer.status_code, answer.json()["data"]["allowed"]) == (413, {"maximum_characters": 65_536})
    metrics = api("GET", "/_sandbox/metrics", key=ADMIN).text
    for share in (LIMITS.bodies, LIMITS.delayed, LIMITS.long_work):
        assert f'places_taken{{limit="{share.what}"}} 0.0\n' in metrics
