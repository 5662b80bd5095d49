"""One form for every error, from every layer: routing, method, key, scope, size, type, syntax, schema, rules.

The canonical body is `{status_code, type, message, request_id, data?}`; `refused` asserts it, one test follows per path.
"""

import json
import re

import pytest

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
ABSENT = "00000000-0000-4000-8000-000000000000"
REQUEST_ID = re.compile(r"req_[0-9a-hjkmnp-tv-z]{26}")
JSON = {"Content-Type": "application/json"}


def build_error_response(response, status, kind, *words):
    """Asserts the canonical form, and returns `data`."""
    body = response.json()
    assert (response.status_code, body["status_code"], body["type"]) == (status, status, kind)
    assert response.headers["content-type"] == "application/json"
    assert REQUEST_ID.fullmatch(body["request_id"])
    assert response.headers["x-request-id"] == body["request_id"]
    assert set(body) <= {"status_code", "type", "message", "request_id", "data"}
    for word in words:
        assert word in body["message"]
    return body.get("data", {})


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sequences/",
        "/v1/unknown",
        "/v1/",
        f"/v1/sequences/{RUN}/halt",
        f"/v1/sequences/{RUN}/",
        "/nothing",
        "/v1//sequences",
    ],
)
def test_an_unknown_path_is_not_found_with_or_without_a_key(api, path):
    build_error_response(api("GET", path), 404, "NotFoundIssue")
    build_error_response(api("GET", path, key=None), 404, "NotFoundIssue")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "sequences", "GET, HEAD, OPTIONS"),
        ("PUT", f"sequences/{RUN}", "GET, HEAD, OPTIONS, PATCH"),
        ("GET", f"sequences/{RUN}/pause", "OPTIONS, POST"),
        ("TRACE", f"sequences/{RUN}/stop", "OPTIONS, POST"),
    ],
)
def test_another_method_is_refused_and_the_methods_are_listed_without_a_key(api, method, path, allow):
    response = api(method, path, key=None)
    assert build_error_response(response, 405, "ValidationIssue", method)["allowed"] == allow.split(", ")
    assert response.headers["allow"] == allow


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (None, "missing"),
        ("", "missing"),
        ("Bearer", "malformed"),
        ("Bearer ", "malformed"),
        ("Basic dG9wbzo=", "malformed"),
        ("topo_demo_readwrite", "malformed"),
        ("Bearer topo demo", "malformed"),
        ("Bearer topo_demo_unknown", "unknown"),
        ("Bearer topo_demo_readwrit", "unknown"),
        ("Bearer topo_demo_readwrite, Bearer topo_demo_readwrite", "malformed"),
    ],
)
def test_a_key_that_opens_nothing_is_refused_with_a_challenge(api, header, problem):
    response = api("GET", "sequences", key=None, headers={} if header is None else {"Authorization": header})
    assert build_error_response(response, 401, "UnauthorizedIssue")["problem"] == problem
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["sequences?api_key=topo_demo_readwrite", "topo_demo_readwrite"])
def test_a_key_where_none_belongs_is_not_said_again(api, path):
    response = api("GET", path)
    assert response.status_code in (400, 404)
    assert "topo_demo" not in response.text
    assert "topo_***" in response.text


def test_a_key_given_twice_is_refused(api):
    headers = [("Authorization", "Bearer topo_demo_readwrite")] * 2
    response = api("GET", "sequences", key=None, raw_headers=headers)
    assert build_error_response(response, 401, "UnauthorizedIssue")["problem"] == "malformed"


@pytest.mark.parametrize("header", ["bearer topo_demo_readwrite", "BEARER   topo_demo_readwrite"])
def test_the_scheme_is_read_in_any_case_with_one_space_or_more(api, header):
    assert api("GET", "sequences", key=None, headers={"Authorization": header}).status_code == 200


READS = [("GET", "sequences", None), ("GET", f"sequences/{RUN}", None)]
WRITES = [
    ("PATCH", f"sequences/{RUN}", {"variables": {"a": "b"}}),
    ("POST", f"sequences/{RUN}/pause", {"paused_until": "2026-03-09T09:00:00Z"}),
    ("POST", f"sequences/{RUN}/resume", None),
    ("POST", f"sequences/{RUN}/stop", {"reason": "WIN", "scope": "COMPANY"}),
]


@pytest.mark.parametrize(("method", "path", "body"), READS)
@pytest.mark.parametrize("key", ["topo_demo_writeonly", "topo_demo_noscope"])
def test_a_read_needs_the_read_scope_and_write_does_not_imply_it(api, method, path, body, key):
    data = build_error_response(api(method, path, key=key), 403, "UnauthorizedIssue", "sequences:read")
    assert data["required_scope"] == "sequences:read"
    assert "sequences:read" not in data["held_scopes"]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("key", ["topo_demo_readonly", "topo_demo_noscope"])
def test_a_write_needs_the_write_scope_and_a_refused_one_changes_nothing(api, method, path, body, key):
    before = api.sequences()
    data = build_error_response(api(method, path, key=key, json=body), 403, "UnauthorizedIssue", "sequences:write")
    assert data["required_scope"] == "sequences:write"
    assert api.sequences() == before


@pytest.mark.parametrize(("method", "path", "body"), WRITES + READS[1:])
def test_a_run_of_another_organization_does_not_exist_and_stays_unchanged(api, method, path, body):
    before = api.sequences()
    response = api(method, path, key="topo_other_readwrite", json=body)
    build_error_response(response, 404, "NotFoundIssue", RUN)
    assert api.sequences() == before


@pytest.mark.parametrize(("method", "path", "body"), WRITES + READS[1:])
def test_an_unknown_run_is_not_found(api, method, path, body):
    build_error_response(api(method, path.replace(RUN, ABSENT), json=body), 404, "NotFoundIssue", ABSENT)


@pytest.mark.parametrize(
    "name", ["abc", "{" + RUN + "}", RUN.replace("-", ""), "%C3%28", RUN + "%00", "a" * 3000, RUN[:-1] + "g"]
)
def test_an_id_that_is_no_uuid_is_malformed(api, name):
    assert (
        build_error_response(api("GET", f"sequences/{name}"), 400, "ValidationIssue", "UUID")["field"] == "sequence_id"
    )


def test_an_id_is_accepted_in_any_case_and_written_in_lower_case(api):
    assert api("GET", f"sequences/{RUN.upper()}").json()["id"] == RUN


@pytest.mark.parametrize(
    ("query", "field", "problem", "words"),
    [
        ("page_siz=3", "page_siz", "unknown", ["did you mean 'page'"]),
        ("sortby=status", "sortby", "unknown", ["did you mean 'sort_by'"]),
        ("zzzzzz=1", "zzzzzz", "unknown", ["sequence_template_id"]),
        ("page=1&page=2", "page", "repeated", ["once"]),
        ("page=1&page=1", "page", "repeated", ["once"]),
        ("status=", "status", "empty", []),
        ("size", "size", "empty", []),
        ("status=active", "status", "not allowed", ["did you mean 'ACTIVE'"]),
        ("status=ACTIVE,FOUND", "status", "not allowed", []),
        ("sort_by=id", "sort_by", "not allowed", ["created_at"]),
        ("sort_order=ASC", "sort_order", "not allowed", ["asc"]),
        ("page=0", "page", "too small", ["1"]),
        ("page=-1", "page", "too small", []),
        ("size=0", "size", "too small", []),
        ("size=101", "size", "too large", ["100"]),
        ("size=99999999999999999999999999", "size", "too large", []),
        ("page=1.0", "page", "not a whole number", []),
        ("page=01", "page", "not a whole number", []),
        ("page=%2B1", "page", "not a whole number", []),
        ("page=+1", "page", "not a whole number", []),
        ("page=1e1", "page", "not a whole number", []),
        ("page=%EF%BC%91", "page", "not a whole number", []),
        ("sequence_template_id=x", "sequence_template_id", "not a UUID", []),
        (
            "created_at_after=2026-03-02T09:00:00+00:00",
            "created_at_after",
            "the '+' of its offset arrived as a space",
            ["%2B"],
        ),
        ("created_at_before=2026-03-02T09:00:00", "created_at_before", "no offset", []),
        ("created_at_before=2026-03-02", "created_at_before", "not a date-time", []),
        ("created_at_after=yesterday", "created_at_after", "not a date-time", ["2026"]),
    ],
)
def test_a_bad_query_parameter_is_named_with_its_problem(api, query, field, problem, words):
    data = build_error_response(api("GET", f"/v1/sequences?{query}"), 400, "ValidationIssue", field, *words)
    assert (data["field"], data["problem"]) == (field, problem)


@pytest.mark.parametrize("query", ["status=%FF", "%FF=1", "&".join(["page=1"] * 5000)])
def test_a_query_that_cannot_be_read_is_refused(api, query):
    build_error_response(api("GET", f"/v1/sequences?{query}"), 400, "ValidationIssue")


def test_get_takes_no_query_parameters(api):
    assert (
        build_error_response(api("GET", f"sequences/{RUN}?expand=all"), 400, "ValidationIssue", "expand")["problem"]
        == "unknown"
    )


@pytest.mark.parametrize(
    ("action", "body", "field", "problem"),
    [
        ("pause", {}, "paused_until", "missing"),
        ("pause", {"paused_untill": "2026-03-09T09:00:00Z"}, "paused_untill", "unknown"),
        ("pause", {"paused_until": None}, "paused_until", "wrong type"),
        ("pause", {"paused_until": 1772442000}, "paused_until", "wrong type"),
        ("pause", {"paused_until": "2026-03-09T09:00:00"}, "paused_until", "no offset"),
        ("pause", {"paused_until": "2026-03-02T09:00:00Z"}, "paused_until", "not in the future"),
        ("pause", {"paused_until": "2026-03-02T10:00:00+01:00"}, "paused_until", "not in the future"),
        ("pause", [], "", "wrong type"),
        ("resume", {"now": True}, "now", "unknown"),
        ("resume", [], "", "wrong type"),
        ("stop", {"reason": "WIN"}, "scope", "missing"),
        ("stop", {"scope": "CONTACT"}, "reason", "missing"),
        ("stop", {"reason": "WON", "scope": "CONTACT"}, "reason", "not allowed"),
        ("stop", {"reason": "win", "scope": "CONTACT"}, "reason", "not allowed"),
        ("stop", {"reason": "WIN", "scope": "COMPANIES"}, "scope", "not allowed"),
        ("stop", {"reason": "WIN", "scope": "CONTACT", "note": ""}, "note", "unknown"),
        ("", {}, "variables", "missing"),
        ("", {"variables": None}, "variables", "wrong type"),
        ("", {"variables": {"a": 1}}, "variables/a", "wrong type"),
        ("", {"variables": {"a": {"b": "c"}}}, "variables/a", "wrong type"),
        ("", {"variables": {}, "status": "ACTIVE"}, "status", "unknown"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_its_field(api, action, body, field, problem):
    before = api("GET", f"sequences/{RUN}").json()
    method, path = ("POST", f"sequences/{RUN}/{action}") if action else ("PATCH", f"sequences/{RUN}")
    data = build_error_response(api(method, path, json=body), 400, "ValidationIssue")
    assert (data["field"], data["problem"]) == (field, problem)
    assert api("GET", f"sequences/{RUN}").json() == before


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b"{'variables': {}}", "not JSON"),
        (b'{"variables": {"a": NaN}}', "not JSON"),
        (b'{"variables": {"a": -Infinity}}', "not JSON"),
        (b'{"variables": {"a": 1e999}}', "too large"),
        (b'{"variables": {"a": ' + b"9" * 5000 + b"}}", "too large"),
        (b'{"variables": {"a": "\\ud800"}}', "a lone surrogate"),
        (b'{"variables": {"\\udfff": "a"}}', "a lone surrogate"),
        (b'{"variables": {"a": "x\\u0000"}}', "NUL"),
        (b'{"variables": {"\\u0000": null}}', "NUL"),
        (b'{"variables": {"a": "1", "a": "2"}}', "repeated"),
        (b'{"variables": {}, "variables": {}}', "repeated"),
        (b'{"variables": {"a": "\xff"}}', "not UTF-8"),
        (b'\xef\xbb\xbf{"variables": {}}', "byte order mark"),
        (b'{"variables": {"a": ' + b"[" * 200 + b"]" * 200 + b"}}", "too deep"),
        (b'{"a":' * 100_000, "too deep"),
    ],
)
def test_a_body_that_is_no_proper_json_is_refused_and_changes_nothing(api, content, problem):
    before = api("GET", f"sequences/{RUN}").json()
    response = api("PATCH", f"sequences/{RUN}", content=content, headers=JSON)
    assert build_error_response(response, 400, "ValidationIssue")["problem"] == problem
    assert api("GET", f"sequences/{RUN}").json() == before


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(api):
    frame = len(json.dumps({"variables": {"a": ""}}))
    fits = json.dumps({"variables": {"a": "x" * (1024 * 1024 - frame)}}).encode()
    assert api("PATCH", f"sequences/{RUN}", content=fits, headers=JSON).status_code == 200
    response = api("PATCH", f"sequences/{RUN}", content=fits + b" ", headers=JSON)
    assert build_error_response(response, 413, "ValidationIssue")["allowed"] == {"maximum_bytes": 1024 * 1024}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/json; charset=utf8",
        "application/jsonp",
    ],
)
def test_a_body_that_is_not_declared_as_json_is_refused(api, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    response = api("PATCH", f"sequences/{RUN}", content=b'{"variables": {}}', headers=headers)
    assert build_error_response(response, 415, "ValidationIssue")["value"] == content_type


@pytest.mark.parametrize("encoding", ["gzip", "br, gzip", "x" * 3000])
def test_a_body_that_is_encoded_is_refused_by_the_header_that_says_so(api, encoding):
    headers = {**JSON, "Content-Encoding": encoding}
    response = api("PATCH", f"sequences/{RUN}", content=b'{"variables": {}}', headers=headers)
    data = build_error_response(response, 415, "ValidationIssue", "Content-Encoding")
    assert (data["field"], data["allowed"]) == ("Content-Encoding", ["identity"])
    assert len(response.content) < 2000


def test_a_body_as_it_is_may_say_so(api):
    headers = {**JSON, "Content-Encoding": "identity"}
    assert api("PATCH", f"sequences/{RUN}", content=b'{"variables": {}}', headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "gzip"}])
def test_an_empty_body_where_one_is_needed_is_told_what_to_send_whatever_it_is_declared_as(api, headers):
    response = api("POST", f"sequences/{RUN}/pause", content=b"", headers=headers)
    data = build_error_response(response, 400, "ValidationIssue", "empty", "such as", "paused_until")
    assert data["problem"] == "empty"
    assert api("POST", f"sequences/{RUN}/pause", json=data["example"]).status_code in (200, 400)


def test_all_mistakes_of_a_body_are_told_at_once_and_the_first_is_the_message(api):
    body = {"reason": "WON", "scop": "CONTACT", "note": 1}
    response = api("POST", f"sequences/{RUN}/stop", json=body)
    data = build_error_response(response, 400, "ValidationIssue")
    told = {(error["field"], error["problem"]) for error in data["errors"]}
    assert told == {("reason", "not allowed"), ("scope", "missing"), ("scop", "unknown"), ("note", "unknown")}
    assert response.json()["message"] == data["errors"][0]["message"]
    assert {key: data[key] for key in ("field", "problem")} == {
        key: data["errors"][0][key] for key in ("field", "problem")
    }
    assert len({error["message"] for error in data["errors"]}) == 4


def test_all_mistakes_of_a_query_are_told_at_once(api):
    response = api("GET", "/v1/sequences?page=0&size=x&sortby=status&status=ACTIVE&status=FOUND")
    errors = build_error_response(response, 400, "ValidationIssue")["errors"]
    assert [error["field"] for error in errors] == ["page", "size", "sortby", "status"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"'])
def test_json_may_be_declared_with_its_charset(api, content_type):
    response = api("PATCH", f"sequences/{RUN}", content=b'{"variables": {}}', headers={"Content-Type": content_type})
    assert response.status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense"])
def test_accept_is_ignored(api, accept):
    assert api("GET", "sequences", headers={"Accept": accept}).headers["content-type"] == "application/json"


def test_of_several_faults_the_first_in_the_order_of_errors_is_told(api):
    bad = {"content": b"x" * (1024 * 1024 + 1), "headers": {"Content-Type": "text/plain"}}
    steps = [
        (api("BREW", "/v1/nothing", key=None, **bad), 404),
        (api("BREW", f"sequences/{ABSENT}/stop", key=None, **bad), 405),
        (api("POST", f"sequences/{ABSENT}/stop", key=None, **bad), 401),
        (api("POST", f"sequences/{ABSENT}/stop", key="topo_demo_readonly", **bad), 403),
        (api("POST", f"sequences/{ABSENT}/stop", **bad), 413),
        (api("POST", f"sequences/{ABSENT}/stop", content=b"{", headers={"Content-Type": "text/plain"}), 415),
        (api("POST", f"sequences/{ABSENT}/stop", content=b"{", headers=JSON), 400),
        (api("POST", f"sequences/{ABSENT}/pause", json={"paused_until": "2020-01-01T00:00:00Z"}), 400),
        (api("POST", f"sequences/{ABSENT}/stop", json={"reason": "WIN", "scope": "CONTACT"}), 404),
    ]
    assert [response.status_code for response, _ in steps] == [status for _, status in steps]


def test_a_failure_of_the_program_is_answered_in_the_same_form_without_its_particulars(api, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("secret particulars")

    monkeypatch.setattr(api.app.worlds, "transaction", fail)
    response = api("GET", "sequences")
    build_error_response(response, 500, "InternalIssue", "request_id")
    assert "secret" not in response.text
    assert "secret particulars" in caplog.text
    assert response.json()["request_id"] in caplog.text


def test_request_ids_are_never_the_same_twice(api):
    ids = [api("GET", "/v1/nothing").json()["request_id"] for _ in range(200)]
    assert len(set(ids)) == 200
    times = [each[:14] for each in ids]
    assert times == sorted(times)


@pytest.mark.parametrize(
    "path", ["sequences/%2574opo_demo_readwrite", "sequences?%2574opo_demo_readwrite=1", "%25%37%34opo_demo"]
)
def test_a_key_that_is_encoded_twice_is_not_said_again(api, path):
    response = api("GET", path)
    assert response.status_code in (400, 404)
    assert "topo_***" in response.text
    assert "opo_demo" not in response.text
