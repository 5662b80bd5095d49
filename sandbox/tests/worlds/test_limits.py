"""How much a world may hold, and that a world of a stranger holds less."""

import uuid
from dataclasses import replace
from operator import itemgetter

import pytest
from sequences_sandbox.domain.errors import TooLargeIssue
from sequences_sandbox.domain.limits import (
    MOST_EVENTS,
    OWNED_LIMITS,
    PUBLIC_LIMITS,
    VISITOR_BYTES,
    Share,
    VisitorLimits,
)
from sequences_sandbox.traffic.amounts import Amounts
from sequences_sandbox.worlds.history import FEWEST_ENTRIES, HISTORY, HistoryPage
from sequences_sandbox.worlds.transaction import Transaction
from sequences_sandbox.worlds.weights import ENTRY, Sizes, weight

ENROLLED = ("contact_id", "sequence_template_id")
RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"


@pytest.fixture
def worlds(api_with):
    """A hosted sandbox, the key of a world that its admin made, and that of a stranger's world."""
    api = api_with(admin_token="sesame-1234", visitors=VisitorLimits(5))

    def made(key):
        world = api("POST", "/_sandbox/worlds", key=key).json()
        keys = (each for one in world["organizations"] for each in one["api_keys"])
        return next(each["token"] for each in keys if "sequences:write" in each["scopes"])

    return api, {OWNED_LIMITS: made("sesame-1234"), PUBLIC_LIMITS: made(None)}


@pytest.mark.parametrize("limits", [OWNED_LIMITS, PUBLIC_LIMITS])
def test_the_variables_of_a_run_have_a_bound_together_and_a_refused_merge_changes_nothing(worlds, limits):
    api, keys = worlds

    def patch(**variables):
        return api("PATCH", f"sequences/{RUN}", key=keys[limits], json={"variables": variables})

    third = "x" * (limits.text // 3)
    assert [patch(one=third).status_code, patch(two=third).status_code] == [200, 200]
    build_error_response = patch(three=third)
    assert (build_error_response.status_code, build_error_response.json()["data"]["allowed"]) == (
        413,
        {"maximum_characters": limits.text},
    )
    assert "remove some first" in build_error_response.json()["message"]
    assert patch(one=None, three=third).status_code == 200
    assert {"two", "three"} < api("GET", f"sequences/{RUN}", key=keys[limits]).json()["variables"].keys()


@pytest.mark.parametrize("limits", [OWNED_LIMITS, PUBLIC_LIMITS])
def test_faults_and_snapshots_have_a_bound(worlds, limits):
    api, keys = worlds
    fault = {"effect": {"status": 503}, "match": {"nth": 1_000_000}}
    added = [api("POST", "/_sandbox/faults", key=keys[limits], json=fault) for _ in range(limits.faults + 1)]
    assert [answer.status_code for answer in added] == [201] * limits.faults + [413]
    assert f"{limits.faults} faults at most; remove one first" in added[-1].json()["message"]

    def keep(number):
        return api("PUT", f"/_sandbox/snapshots/s{number}", key=keys[limits], json={})

    assert {keep(number).status_code for number in range(limits.snapshots)} == {200}
    assert keep(limits.snapshots).status_code == 413
    assert keep(0).status_code == 200


def test_a_strangers_own_fixture_has_no_more_than_a_strangers_world_may_hold(worlds):
    api, keys = worlds
    document = api("GET", "/_sandbox/world/export", key=keys[OWNED_LIMITS]).json()
    [first, *_] = document["organizations"]
    row = first["sequences"][0]
    first["sequences"] = [
        {**row, "id": str(uuid.UUID(int=number, version=4))} for number in range(PUBLIC_LIMITS.runs + 1)
    ]
    made = {key: api("POST", "/_sandbox/worlds", key=key, json={"fixture": document}) for key in (None, "sesame-1234")}
    assert [answer.status_code for answer in made.values()] == [413, 201]
    assert "1000 runs at most" in made[None].json()["message"]
    first["sequences"] = [{**row, "variables": {"note": "x" * PUBLIC_LIMITS.text}}]
    assert api("POST", "/_sandbox/worlds", key=None, json={"fixture": document}).status_code == 413


def test_a_stranger_enrols_until_the_organization_is_full(worlds):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    known = api("GET", f"sequences/{RUN}", key=key).json()
    body = {name: known[name] for name in ENROLLED}
    room = PUBLIC_LIMITS.runs - api("GET", "sequences?size=1", key=key).json()["total_count"]
    answers = [api("POST", "/_sandbox/sequences", key=key, json=body) for _ in range(room + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {201}
    assert (answers[-1].status_code, answers[-1].json()["data"]) == (
        413,
        {"allowed": {"maximum": PUBLIC_LIMITS.runs}, "limit": "runs"},
    )
    assert api("POST", "/_sandbox/sequences", key=keys[OWNED_LIMITS], json=body).status_code == 201


def test_a_visitors_world_holds_so_many_bytes_of_documents_and_says_so(worlds):
    api, keys = worlds
    runs = [run["id"] for run in api("GET", "sequences?size=100", key=keys[PUBLIC_LIMITS]).json()["items"]]

    def fill(number, key):
        variables = {"note": "x" * 60_000, "more": str(number)}
        return api("PATCH", f"sequences/{runs[number % len(runs)]}", key=key, json={"variables": variables})

    most = PUBLIC_LIMITS.document_bytes // 60_000
    assert len(runs) < most, "the same runs again take no more room"
    body = {name: api("GET", f"sequences/{RUN}", key=keys[PUBLIC_LIMITS]).json()[name] for name in ENROLLED}
    body["variables"] = {"note": "x" * 60_000}
    answers = [fill(number, keys[PUBLIC_LIMITS]) for number in range(2 * len(runs))]
    assert {answer.status_code for answer in answers} == {200}
    enrolled = [api("POST", "/_sandbox/sequences", key=keys[PUBLIC_LIMITS], json=body) for _ in range(most)]
    assert enrolled[0].status_code == 201
    assert enrolled[-1].status_code == 413
    assert enrolled[-1].json()["data"] == {
        "allowed": {"maximum": PUBLIC_LIMITS.document_bytes},
        "limit": "bytes of documents",
    }
    freed = {"variables": {"note": None}}
    assert api("PATCH", f"sequences/{runs[0]}", key=keys[PUBLIC_LIMITS], json=freed).status_code == 200
    assert api("POST", "/_sandbox/sequences", key=keys[PUBLIC_LIMITS], json=body).status_code == 201
    assert api("POST", "/_sandbox/sequences", key=keys[OWNED_LIMITS], json=body).status_code == 201


def test_snapshots_of_a_visitors_world_hold_so_many_bytes_together(worlds):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    runs = [run["id"] for run in api("GET", "sequences?size=100", key=key).json()["items"]]
    for run in runs:
        api("PATCH", f"sequences/{run}", key=key, json={"variables": {"note": "x" * 60_000}})
    kept = [api("PUT", f"/_sandbox/snapshots/s{number}", key=key, json={}) for number in range(PUBLIC_LIMITS.snapshots)]
    fitting = PUBLIC_LIMITS.snapshot_bytes // (len(runs) * 60_000)
    assert 0 < fitting < PUBLIC_LIMITS.snapshots
    assert kept[0].status_code == 200
    assert kept[-1].status_code == 413
    assert kept[-1].json()["data"]["limit"] == "bytes of snapshots"
    assert api("PUT", "/_sandbox/snapshots/s0", key=key, json={}).status_code == 200


def test_the_worlds_of_an_address_take_so_many_bytes_together_and_leave_them_when_they_go(worlds):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    amounts = api.app.worlds.seeds.visitor_bytes
    assert amounts.taken > 0
    body = {"variables": {"note": "x" * 60_000}}
    assert api("PATCH", f"sequences/{RUN}", key=key, json=body).status_code == 200
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken + 1000)
    other = next(run["id"] for run in api("GET", "sequences", key=key).json()["items"] if run["id"] != RUN)
    for method, path, more in (("PATCH", f"/v1/sequences/{other}", body), ("PUT", "/_sandbox/snapshots/one", {})):
        refused = api(method, path, key=key, json=more)
        assert (refused.status_code, refused.json()["data"]["limit"]) == (413, "bytes of memory of one client address")
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken)
    now = api("GET", "/_sandbox/clock", key=key).json()["now"]
    advance = api("POST", "/_sandbox/clock/advance", key=key, json={"by": "P60D"})
    assert (advance.status_code, advance.json()["data"]["limit"]) == (413, "bytes of memory of one client address")
    assert api("GET", "/_sandbox/clock", key=key).json()["now"][:13] == now[:13]
    pause = {"paused_until": "2027-01-04T08:00:00Z"}
    assert api("POST", f"sequences/{RUN}/pause", key=key, json=pause).status_code == 200
    assert api("PATCH", f"sequences/{RUN}", key=key, json={"variables": {"note": None}}).status_code == 200
    assert api("DELETE", "/_sandbox/world", key=key).status_code == 204
    assert amounts.taken == 0


@pytest.mark.parametrize("path", ["/_sandbox/snapshots/full/restore", "/_sandbox/world/reset"])
def test_a_timeline_begins_anew_only_where_the_worlds_of_an_address_have_room_for_it(worlds, path):
    api, _ = worlds
    fixture = {"organizations": [{"sequences": [{"status": "ACTIVE", "variables": {"note": "x" * 60_000}}] * 2}]}
    world = api("POST", "/_sandbox/worlds", key=None, json={"fixture": fixture}).json()
    key = world["organizations"][0]["api_keys"][0]["token"]
    assert api("PUT", "/_sandbox/snapshots/full", key=key, json={}).status_code == 200
    first = api("GET", "sequences", key=key).json()["items"][0]["id"]
    lacking = {"variables": {"note": None}}
    assert api("PATCH", f"sequences/{first}", key=key, json=lacking).status_code == 200
    amounts = api.app.asgi._services.worlds.seeds.visitor_bytes
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken + 50_000)
    rejected = api("POST", path, key=key, json={})
    assert (rejected.status_code, rejected.json()["data"]["limit"]) == (413, "bytes of memory of one client address")
    assert api("GET", f"sequences/{first}", key=key).json()["variables"] == {}
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken + 70_000)
    assert api("POST", path, key=key, json={}).status_code == 200
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken)
    assert api("POST", path, key=key, json={}).status_code == 200


def test_bytes_are_counted_by_address_and_in_all():
    amounts = Amounts(Share("bytes", None, 100, 150))
    for world, address, amount in (("one", "a", 60), ("two", "a", 20), ("three", "b", 50)):
        amounts.add(world, address, amount)
    amounts.note("two", 30)
    amounts.require("a", 10)
    for address, growth, limit in (("a", 11, "bytes of one client address"), ("b", 20, "bytes of this server")):
        with pytest.raises(TooLargeIssue) as raised:
            amounts.require(address, growth)
        assert raised.value.data["limit"] == limit
    amounts.note("one", 20)
    for _ in range(2):
        amounts.forget("two")
        amounts.note("two", 30)
    amounts.require("b", 50)
    assert amounts.taken == 70


@pytest.mark.parametrize(
    ("document", "limit"),
    [
        ([{"name": f"One {number}"} for number in range(PUBLIC_LIMITS.organizations + 1)], "organizations"),
        (
            [{"api_keys": [{"name": f"k{number}", "scopes": []} for number in range(PUBLIC_LIMITS.keys + 1)]}],
            "API keys",
        ),
        ([{"contacts": [{"job_title": "x"}] * (PUBLIC_LIMITS.document_bytes // 600)}], "bytes of documents"),
    ],
)
def test_a_strangers_own_fixture_has_no_more_of_anything_than_a_strangers_world_may_hold(worlds, document, limit):
    api, _ = worlds
    refused = api("POST", "/_sandbox/worlds", key=None, json={"fixture": {"organizations": document}})
    assert (refused.status_code, refused.json()["data"].get("limit")) == (413, limit), refused.text[:300]


def test_where_history_takes_as_many_bytes_as_it_may_the_oldest_entries_of_a_run_give_way(worlds, monkeypatch):
    api, keys = worlds
    monkeypatch.setattr("sequences_sandbox.worlds.keeper.PUBLIC_LIMITS", replace(PUBLIC_LIMITS, history_bytes=10_000))
    for number in range(60):
        api("PATCH", f"sequences/{RUN}", key=keys[PUBLIC_LIMITS], json={"variables": {"number": str(number)}})
    history = api("GET", f"/_sandbox/sequences/{RUN}/history", key=keys[PUBLIC_LIMITS]).json()["items"]
    assert FEWEST_ENTRIES <= len(history) < 10_000 // ENTRY
    assert history[-1]["event"] == "update"
    last = {"page": 2, "size": len(history) - 1}
    page = api("GET", f"/_sandbox/sequences/{RUN}/history", key=keys[PUBLIC_LIMITS], params=last).json()
    assert page == {
        "items": history[-1:],
        "total_count": len(history),
        "total_pages": 2,
        "has_more": False,
        "next": page["next"],
    }


def test_history_that_the_engine_writes_takes_no_more_than_its_share_and_a_few_entries_of_each_run(worlds, monkeypatch):
    api, _ = worlds
    most = 100_000
    monkeypatch.setattr("sequences_sandbox.worlds.keeper.PUBLIC_LIMITS", replace(PUBLIC_LIMITS, history_bytes=most))
    steps = [{"type": "email", "delay": "PT1S"}, *[{"type": "email", "delay": "PT0S"}] * 40]
    template = {"id": str(uuid.uuid4()), "name": "Long", "steps": steps}
    runs = [{"status": "ACTIVE", "sequence_template_id": template["id"]}] * 100
    fixture = {"organizations": [{"sequence_templates": [template], "sequences": runs}]}
    world = api("POST", "/_sandbox/worlds", key=None, json={"fixture": fixture}).json()
    key = world["organizations"][0]["api_keys"][0]["token"]
    world_id = api("GET", "/_sandbox/world", key=key).json()["id"]
    while not api("POST", "/_sandbox/clock/advance", key=key, json={"by": "P1D"}).json()["complete"]:
        pass
    assert api("GET", "sequences?status=ACTIVE", key=key).json()["total_count"] == 0
    run, status = itemgetter("id", "status")(api("GET", "sequences", key=key).json()["items"][0])
    last = api("GET", f"/_sandbox/sequences/{run}/history", key=key).json()["items"]
    assert [(entry["from"], entry["to"]) for entry in last[-2:]] == [("ACTIVE", "ACTIVE"), ("ACTIVE", status)]
    with api.app.worlds.open(world_id) as tx:
        sizes = tx.world.sizes
        few = weight(HISTORY, HistoryPage(0, tuple(tx.world.documents[HISTORY][run].entries[-1:]) * FEWEST_ENTRIES))
        one_request = 2 * MOST_EVENTS * few
        assert most <= sizes.of(HISTORY) <= most + len(runs) * few + one_request
        assert sizes.total == Sizes(tx.world.documents).total


def test_a_snapshot_that_finds_no_room_leaves_the_one_that_it_was_to_replace(worlds, monkeypatch):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    assert api("PUT", "/_sandbox/snapshots/base", key=key, json={}).status_code == 200

    def full(self):
        raise TooLargeIssue("full")

    monkeypatch.setattr(Transaction, "_require_room", full)
    assert api("PUT", "/_sandbox/snapshots/base", key=key, json={}).status_code == 413
    monkeypatch.undo()
    names = [each["name"] for each in api("GET", "/_sandbox/snapshots", key=key).json()["items"]]
    assert names == ["base"]


def test_the_default_world_that_visitors_share_holds_no_more_than_one_of_theirs_beside_its_fixture(worlds):
    api, _ = worlds
    many = api("PATCH", f"sequences/{RUN}", json={"variables": {f"v{number}": "" for number in range(1001)}})
    assert (many.status_code, many.json()["data"]["limit"]) == (413, "variables")
    ((world_id, limits),) = api.app.worlds.shared.items()
    with api.app.worlds.open(world_id) as tx:
        taken = tx.world.sizes.documents
    assert 6 << 20 <= limits.document_bytes - taken + 1_000_000 < 8 << 20
    api.app.worlds.shared[world_id] = replace(limits, document_bytes=taken + 100_000)
    one, other = (run["id"] for run in api("GET", "sequences?status=ACTIVE&size=2").json()["items"])
    long = {"variables": {"note": "x" * 65_000}}
    assert api("PATCH", f"sequences/{one}", json=long).status_code == 200
    full = api("PATCH", f"sequences/{other}", json=long)
    assert (full.status_code, full.json()["data"]["limit"]) == (413, "bytes of documents")


def test_a_run_of_a_visitors_world_has_so_many_variables(worlds):
    api, keys = worlds
    variables = {f"v{number}": "" for number in range(1001)}
    refused = api("PATCH", f"sequences/{RUN}", key=keys[PUBLIC_LIMITS], json={"variables": variables})
    assert (refused.status_code, refused.json()["data"]["limit"]) == (413, "variables")
    assert api("PATCH", f"sequences/{RUN}", key=keys[OWNED_LIMITS], json={"variables": variables}).status_code == 200
    fixture = {"organizations": [{"sequences": [{"status": "ACTIVE", "variables": variables}]}]}
    assert api("POST", "/_sandbox/worlds", key=None, json={"fixture": fixture}).status_code == 413


def test_what_lists_keep_of_a_world_is_counted_with_it(worlds):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    api("GET", "sequences", key=key)
    at_hand = api.app.worlds.at_hand
    before = at_hand.bytes
    for sort in ("created_at", "updated_at", "status"):
        for order in ("asc", "desc"):
            for status in ("", "&status=ACTIVE"):
                api("GET", f"sequences?sort_by={sort}&sort_order={order}{status}", key=key)
    api("GET", "sequences", key=key)
    runs = api("GET", "sequences?size=1", key=key).json()["total_count"]
    assert at_hand.bytes - before >= 11 * runs * 200


def test_what_a_world_starts_with_is_counted_once_for_all_worlds_of_its_fixture(worlds):
    api, keys = worlds
    for key in keys.values():
        assert api("GET", f"sequences/{RUN}", key=key).status_code == 200
    for world in api.app.worlds.at_hand.values():
        counted = Sizes(world.documents)
        assert counted.documents > 0
        assert {kind: counted.of(kind) for kind in world.documents} == {
            kind: world.sizes.of(kind) for kind in world.documents
        }


def test_a_use_of_a_world_counts_no_documents_that_another_thread_may_be_changing(worlds):
    api, _ = worlds
    ((world_id, _),) = api.app.worlds.shared.items()
    world = api.app.worlds.at_hand.get(world_id) or api.app.worlds.refreshed(world_id)
    assert world.weight == world.sizes.total + world.lists.bytes
    world.start(world.documents, world.moment)  # as a reset does, before its commit has counted
    assert world.weight is None
    api("GET", "sequences")
    assert world.weight is None
