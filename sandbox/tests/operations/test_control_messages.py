"""What is refused by the control API's schemas is told in words that say what would be right."""

import pytest


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/worlds", {"fixture": 3}, "'fixture' must have exactly one of these forms: a string; an object."),
        ("POST", "/worlds", {"name": "x" * 201}, "'name' may have 200 characters at most."),
        ("POST", "/worlds", [], "The body must be an object."),
        ("PATCH", "/clock", {}, "The body must have 1 field or more."),
        ("POST", "/clock/advance", {"next": False}, "'next' must be true."),
        ("POST", "/clock/advance", {"next": "true"}, "'next' must be true or false."),
        ("POST", "/clock/advance", {}, "The body must have exactly one of these forms: by; to; next."),
        (
            "POST", "/faults", {"effect": {"latency": {"uniform_ms": [1]}}},
            "'effect/latency/uniform_ms' must have 2 items or more.",
        ),
        ("PUT", "/rate-limit", {"limit": 0, "per_seconds": 1}, "'limit' must be 1 or more."),
        ("POST", "/world/reset", {"hard": True}, "The body takes no fields here; leave out 'hard'."),
        ("POST", "/worlds", {"fixture": "dmeo"}, "'fixture': dmeo: there is no such fixture; did you mean 'demo'?"),
        ("POST", "/worlds", {"fixture_file": {"name": "mine.yaml", "text": "organizations:\n- name: A\n  nmae: B"}},
         "'fixture_file': mine.yaml: line 3, /organizations/0/nmae: The organization has no field 'nmae'; did you mean "
         "'name'?"),
        ("POST", "/worlds", {"fixture": "demo", "fixture_file": {"name": "mine.yaml", "text": ""}},
         "'fixture' and 'fixture_file' contradict each other; give one of them."),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_told_what_would(api, method, path, body, message):
    build_error_response = api(method, f"/_sandbox{path}", json=body)
    assert build_error_response.status_code == 400
    assert build_error_response.json()["message"] == message


def test_all_mistakes_of_a_fixture_are_in_the_data(api):
    fixture = {"organizations": [{"nmae": "A", "contacts": [{"id": 1}]}]}
    error = api("POST", "/_sandbox/worlds", json={"fixture": fixture}).json()
    assert error["message"].endswith("did you mean 'name'? (1 more in data.errors)")
    assert [each["field"] for each in error["data"]["errors"]] == [
        "/organizations/0/nmae",
        "/organizations/0/contacts/0/id",
    ]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/_sandbox/snapshotz", "did you mean /_sandbox/snapshots?"),
        ("/_sandbox/nothing/like/it", "/_sandbox/openapi.json lists them."),
        ("/v1/sequence", "did you mean /v1/sequences?"),
        ("/v1/sequences/", "did you mean /v1/sequences?"),
        ("/v1/sequences/42/pauze", "did you mean /v1/sequences/42/pause?"),
        ("/v1/users", "/openapi.json lists them."),
        ("/v2", "such as /v1/sequences."),
    ],
)
def test_an_unknown_path_is_told_what_was_meant_or_where_the_known_ones_stand(api, path, hint):
    build_error_response = api("GET", path)
    assert (build_error_response.status_code, build_error_response.json()["type"]) == (404, "NotFoundIssue")
    assert build_error_response.json()["message"].endswith(hint)
