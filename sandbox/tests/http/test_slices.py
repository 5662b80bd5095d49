"""Work that takes long lets others in: what fell due is applied in slices, long computing goes on beside them."""

import asyncio
import threading

import httpx
import pytest
from sequences_sandbox.domain.limits import VisitorLimits, host_limits
from sequences_sandbox.domain.timestamps import DAY
from sequences_sandbox.http.operation import Operation
from sequences_sandbox.http.responses import Encoder
from sequences_sandbox.http.traffic.held import Held
from sequences_sandbox.worlds import transaction
from sequences_sandbox.worlds.factory import WorldFactory
from sequences_sandbox.worlds.transaction import Transaction

from sandbox.tests.conftest import BIRTH

ADMIN = "sesame-1234"
EXPORT, RUNS, WORLDS = "/_sandbox/world/export", "/v1/sequences?size=1", "/_sandbox/worlds"


def key_of(answer):
    keys = (key for one in answer.json()["organizations"] for key in one["api_keys"])
    return next(key["token"] for key in keys if "sequences:read" in key["scopes"])


def calling(api, work):
    """What `work` returns, which is given a client of the sandbox."""

    async def run():
        transport = httpx.ASGITransport(api.app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010") as client:
            return await work(client)

    return asyncio.run(run())


def get(client, path, key):
    return asyncio.create_task(client.get(path, headers={"Authorization": f"Bearer {key}"}))


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(transaction, "MOST_EVENTS", 20)


@pytest.mark.usefixtures("small_slices")
def test_a_world_that_catches_up_is_answered_whole_and_another_before_it(api):
    other = key_of(api("POST", "/_sandbox/worlds", json={"frozen": True}))
    api.clock.advance(400 * DAY)

    async def both(client):
        late, quick = get(client, RUNS, api.key), get(client, RUNS, other)
        done, _ = await asyncio.wait({late, quick}, return_when=asyncio.FIRST_COMPLETED)
        return done == {quick}, (await quick).status_code, (await late).status_code

    assert calling(api, both) == (True, 200, 200)
    assert api("GET", "/_sandbox/clock").json()["now"].startswith("2027")


@pytest.mark.usefixtures("small_slices")
def test_of_all_worlds_that_catch_up_one_goes_on_at_a_time(api, monkeypatch):
    """Whoever has a thousand requests wait for worlds of their own takes no more of a turn than with one."""
    keys = [key_of(api("POST", "/_sandbox/worlds", json={"fixture": "demo"})) for _ in range(8)]
    for key in keys:
        api("GET", RUNS, key=key)
    api.clock.advance(400 * DAY)
    turn, slices = 0, []
    apply_due = Transaction._apply_due

    def counted(self):
        slices.append(turn)
        apply_due(self)

    monkeypatch.setattr(Transaction, "_apply_due", counted)

    async def together(client):
        nonlocal turn
        waiting = [get(client, RUNS, key) for key in keys]
        while not all(each.done() for each in waiting):
            turn += 1
            await asyncio.sleep(0)
        return {(await each).status_code for each in waiting}

    assert calling(api, together) == {200}
    later = slices[2 * len(keys) :]
    assert len(later) > 5 * len(keys)
    assert max(later.count(each) for each in set(later)) <= 2


@pytest.mark.usefixtures("small_slices")
def test_a_request_that_was_taken_up_again_is_counted_once(api):
    api("PUT", "/_sandbox/rate-limit", json={"limit": 100, "per_seconds": 86_400})
    api("POST", "/_sandbox/faults", json={"effect": {"status": 503}, "match": {"nth": 2}})
    api.clock.advance(400 * DAY)
    answers = [api("GET", "sequences?size=1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["99", "98", "97"]


def test_one_that_takes_longer_than_all_slices_is_told_to_come_again(api, monkeypatch):
    monkeypatch.setattr(transaction, "MOST_EVENTS", 1)
    monkeypatch.setattr("sequences_sandbox.http.asgi.MOST_SLICES", 2)
    api.clock.advance(400 * DAY)
    answer = api("GET", "sequences?size=1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "catching up" in answer.json()["message"]


@pytest.fixture
def exports(monkeypatch):
    """Holds up every export until it is set; how many have begun."""
    goes_on, began = threading.Event(), []

    def export(*args, **kwargs):
        began.append(threading.current_thread())
        assert goes_on.wait(60)
        return {}

    monkeypatch.setattr("sequences_sandbox.operations.control.worlds.export", export)
    yield goes_on, began
    goes_on.set()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


def test_what_computes_for_long_holds_nobody_up_and_an_address_has_few_at_a_time(api_with, exports):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    key, (goes_on, began) = key_of(api("POST", "/_sandbox/worlds", key=None)), exports
    most = host_limits(1024, shared=True).long_work.of_address

    async def work(client):
        held = [get(client, EXPORT, key) for _ in range(most)]
        await until(lambda: began)
        meanwhile = [await asyncio.wait_for(get(client, path, key), 30) for path in (RUNS, EXPORT)]
        goes_on.set()
        return [answer.status_code for answer in meanwhile + [await each for each in held]], meanwhile[1].json()

    statuses, refused = calling(api, work)
    assert statuses == [200, 429] + [200] * most
    assert refused["data"]["limit"] == "requests that take long of one client address"
    assert threading.main_thread() not in began


def test_a_world_of_the_default_fixture_is_made_at_once_and_any_other_in_a_thread(api, monkeypatch):
    threads, create = [], WorldFactory.create
    monkeypatch.setattr(
        WorldFactory, "create", lambda *args: (threads.append(threading.current_thread()), create(*args))[1]
    )
    document = {"organizations": [{"sequences": [{"status": "ACTIVE"}] * 20}]}
    others = [{"fixture": "empty"}, {"fixture": {"organizations": [{}]}}, {"fixture": document}, {"now": BIRTH}]
    for body in ({}, {"fixture": "demo"}, *others):
        assert api("POST", "/_sandbox/worlds", key=None, json=body).status_code == 201, body
    assert [each is threading.main_thread() for each in threads] == [True, True, *[False] * len(others)]


def test_a_world_of_a_large_default_fixture_is_made_in_a_thread(api_with, monkeypatch):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    monkeypatch.setattr("sequences_sandbox.operations.control.worlds.SMALL_WORLD_BYTES", 1000)
    threads, create = [], WorldFactory.create
    monkeypatch.setattr(
        WorldFactory, "create", lambda *args: (threads.append(threading.current_thread()), create(*args))[1]
    )
    assert api("POST", "/_sandbox/worlds", key=None, json={}).status_code == 201
    assert threading.main_thread() not in threads


@pytest.mark.parametrize(("most", "at_once"), [(1000, False), (1 << 20, True)])
def test_a_large_world_begins_anew_in_a_thread(api, monkeypatch, most, at_once):
    monkeypatch.setattr("sequences_sandbox.operations.control.control.SMALL_WORLD_BYTES", most)
    threads, start = [], Transaction.start_timeline
    monkeypatch.setattr(
        Transaction, "start_timeline", lambda *args: (threads.append(threading.current_thread()), start(*args))[1]
    )
    assert api("PUT", "/_sandbox/snapshots/before").status_code == 200
    for path in ("world/reset", "snapshots/before/restore"):
        assert api("POST", f"/_sandbox/{path}").status_code == 200
    assert [each is threading.main_thread() for each in threads] == [at_once, at_once]


def test_a_page_of_large_documents_is_written_in_a_thread_and_an_address_has_few_at_a_time(api_with, monkeypatch):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    rows = [{"status": "ACTIVE", "variables": {"note": "x" * 9_000}}] * 80
    document = {"organizations": [{"sequences": rows}]}
    key = key_of(api("POST", "/_sandbox/worlds", key=None, json={"fixture": document}))
    threads, written = [], Encoder.response
    monkeypatch.setattr(
        Encoder, "response", lambda *args: (threads.append(threading.current_thread()), written(*args))[1]
    )
    page = api("GET", "sequences?size=80", key=key)
    assert [len(item["variables"]["note"]) for item in page.json()["items"]] == [9_000] * 80
    assert api("GET", "sequences?size=10", key=key).json()["total_count"] == 80
    large, small = threads
    assert large is not threading.main_thread()
    assert small is threading.main_thread()
    assert api("GET", "/_sandbox/journal", key=key).json()["total_count"] == 2

    async def work(client):
        pages = [get(client, "/v1/sequences?size=80", key) for _ in range(most + 1)]
        return [(await page).status_code for page in pages]

    most = host_limits(1024, shared=True).long_work.of_address
    assert sorted(calling(api, work)) == [200] * most + [429]


def test_a_page_that_is_large_only_when_written_is_written_in_a_thread_and_has_a_place(api_with, monkeypatch):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    rows = [{"status": "ACTIVE", "variables": {"note": "\x01" * 12_000}}] * 10
    key = key_of(api("POST", "/_sandbox/worlds", key=None, json={"fixture": {"organizations": [{"sequences": rows}]}}))
    took, work = [], Held.work
    monkeypatch.setattr(Held, "work", lambda *args: (took.append(threading.current_thread()), work(*args))[1])
    sizes = [len(api("GET", f"sequences?size={size}", key=key).content) for size in (2, 10)]
    assert sizes[0] < 1 << 19 < sizes[1]
    assert len(took) == 1


def test_a_large_page_that_a_fault_delays_takes_a_place_of_those_that_take_long_too(api_with):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    rows = [{"status": "ACTIVE", "variables": {"note": "x" * 9_000}}] * 80
    key = key_of(api("POST", "/_sandbox/worlds", key=None, json={"fixture": {"organizations": [{"sequences": rows}]}}))
    api("POST", "/_sandbox/faults", key=key, json={"effect": {"latency": {"fixed_ms": 1000}}})
    most = host_limits(1024, shared=True).long_work.of_address

    async def work(client):
        pages = [get(client, "/v1/sequences?size=80", key) for _ in range(most + 1)]
        statuses = sorted([(await page).status_code for page in pages])
        return statuses, (await get(client, "/v1/sequences?size=80", key)).status_code

    assert calling(api, work) == ([200] * most + [429], 200)
    metrics = api("GET", "/_sandbox/metrics", key=ADMIN).text
    for what in ("delayed responses", "requests that take long"):
        assert f'places_taken{{limit="{what}"}} 0.0\n' in metrics


@pytest.mark.parametrize(("most", "at_once"), [(1000, False), (1 << 20, True)])
def test_a_large_world_is_kept_in_a_thread(api, monkeypatch, most, at_once):
    monkeypatch.setattr("sequences_sandbox.operations.control.control.SMALL_WORLD_BYTES", most)
    took, work = [], Held.work
    monkeypatch.setattr(Held, "work", lambda *args: (took.append(args), work(*args))[1])
    assert api("PUT", "/_sandbox/snapshots/before").status_code == 200
    assert (len(took) == 0) == at_once


@pytest.mark.parametrize("path", ["journal", "journal/{}", "journal.har", "journal/verify"])
def test_what_reads_a_whole_journal_takes_a_place(api, monkeypatch, path):
    request_id = api("GET", "me").headers["x-request-id"]
    took, work = [], Held.work
    monkeypatch.setattr(Held, "work", lambda *args: (took.append(args), work(*args))[1])
    body = {"json": {"match": {}}} if path.endswith("verify") else {}
    answer = api("POST" if body else "GET", f"/_sandbox/{path.format(request_id)}", **body)
    assert (answer.status_code, len(took)) == (200, 1)


def test_a_new_world_does_not_wait_for_those_that_are_made_of_large_documents(api_with, monkeypatch):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    goes_on, began = threading.Event(), []

    def hold(fixture):
        began.append(fixture)
        assert goes_on.wait(60)

    monkeypatch.setattr("sequences_sandbox.operations.control.worlds._require_small", hold)
    document = {"organizations": [{"contacts": [{"job_title": "x" * 200_000}]}]}

    async def work(client):
        large = [asyncio.create_task(client.post(WORLDS, json={"fixture": document})) for _ in range(3)]
        await until(lambda: began)
        small = await asyncio.wait_for(client.post(WORLDS, json={}), 30)
        goes_on.set()
        return [small.status_code, *[(await each).status_code for each in large]]

    assert calling(api, work) == [201] * 4


def test_a_large_body_is_read_in_a_thread(api, monkeypatch):
    threads, read = [], Operation.read
    monkeypatch.setattr(Operation, "read", lambda *args: (threads.append(threading.current_thread()), read(*args))[1])
    run = api("GET", "sequences?size=1").json()["items"][0]["id"]
    for size in (1000, 500_000):
        changed = api("PATCH", f"sequences/{run}", json={"variables": {"note": "x" * size}})
        assert len(changed.json()["variables"]["note"]) == size
    _, small, large = threads
    assert small is threading.main_thread()
    assert large is not threading.main_thread()


FOUND_LONG_AGO = {"organizations": [{"sequences": [{"status": "FOUND", "created_at": "-P1D"}] * 30}]}


def test_a_world_that_begins_behind_is_made_once_and_shown_up_to_date(api, monkeypatch):
    monkeypatch.setattr(transaction, "MOST_EVENTS", 1)
    made = api("POST", "/_sandbox/worlds", json={"fixture": FOUND_LONG_AGO})
    assert made.status_code == 201
    assert made.json()["organizations"][0]["counts"]["ACTIVE"] == 30
    assert api("GET", "/_sandbox/worlds").json()["total_count"] == 2


@pytest.mark.parametrize(("slices", "status"), [(50, 200), (1, 503)])
def test_who_asks_before_sending_a_body_is_let_in_when_the_world_caught_up(api, monkeypatch, slices, status):
    run = api.sequences(status="ACTIVE")[0]
    monkeypatch.setattr(transaction, "MOST_EVENTS", 20)
    monkeypatch.setattr("sequences_sandbox.http.asgi.MOST_SLICES", slices)
    api.clock.advance(3 * DAY if slices > 1 else 400 * DAY)
    response = api("PATCH", f"sequences/{run['id']}", json={"variables": {}}, headers={"Expect": "100-continue"})
    assert response.status_code == status
    assert response.headers["x-request-id"].startswith("req_")


def test_who_is_not_let_in_takes_no_place_of_those_that_compute_for_long(api_with, monkeypatch):
    api = api_with(admin_token=ADMIN, visitors=VisitorLimits(5))
    monkeypatch.setattr(api.app.asgi._services.held, "work", lambda context: pytest.fail("took a place"))
    assert api("GET", EXPORT, key="topo_unknown").status_code == 401
