"""How much a world may hold, and that a world of a stranger holds less."""

import uuid

import pytest
from sequences_sandbox.domain.limits import OWNED_LIMITS, PUBLIC_LIMITS

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"


@pytest.fixture
def worlds(api_with):
    """The demo sandbox, the key of its own world, and that of a stranger's world."""
    api = api_with(admin_token="sesame-1234", public_worlds=5)
    made = api("POST", "/_sandbox/worlds", key=None).json()
    return api, {OWNED_LIMITS: "topo_demo_readwrite", PUBLIC_LIMITS: made["organizations"][0]["api_keys"][0]["token"]}


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
    assert [answer.status_code for answer in added] == [201] * limits.faults + [422]
    assert f"{limits.faults} faults at most; remove one first" in added[-1].json()["message"]

    def keep(number):
        return api("PUT", f"/_sandbox/snapshots/s{number}", key=keys[limits], json={})

    assert {keep(number).status_code for number in range(limits.snapshots)} == {200}
    assert keep(limits.snapshots).status_code == 422
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
    assert [answer.status_code for answer in made.values()] == [422, 201]
    assert "1000 runs at most" in made[None].json()["message"]
    first["sequences"] = [{**row, "variables": {"note": "x" * PUBLIC_LIMITS.text}}]
    assert api("POST", "/_sandbox/worlds", key=None, json={"fixture": document}).status_code == 413


def test_a_stranger_enrols_until_the_organization_is_full(worlds):
    api, keys = worlds
    key = keys[PUBLIC_LIMITS]
    known = api("GET", f"sequences/{RUN}", key=key).json()
    body = {name: known[name] for name in ("contact_id", "sequence_template_id")}
    room = PUBLIC_LIMITS.runs - api("GET", "sequences?size=1", key=key).json()["total_count"]
    answers = [api("POST", "/_sandbox/sequences", key=key, json=body) for _ in range(room + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {201}
    assert (answers[-1].status_code, answers[-1].json()["data"]) == (422, {"allowed": {"maximum": PUBLIC_LIMITS.runs}})
    assert api("POST", "/_sandbox/sequences", key=keys[OWNED_LIMITS], json=body).status_code == 201
