"""Under which host names the control API can be called, which pages may read what, and how odd paths are reported."""

import pytest
from sequences_sandbox.http.security import host_name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("sandbox.example:4010", "sandbox.example"),
        ("10.0.0.7:4010", "10.0.0.7"),
        ("[::1]:4010", "::1"),
        ("[fe80::1]", "fe80::1"),
        ("", ""),
        ("a:b", None),
        ("a,b", None),
        ("a b", None),
        ("[::1", None),
        ("[a]", None),
        ("::1", None),
        ("a]:1", None),
        ("a" * 301, None),
    ],
)
def test_a_host_is_a_name_or_an_address_with_a_port_or_without(host, name):
    assert host_name(host) == name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "10.1.2.3:4010", "[2001:db8::1]:80"])
def test_addresses_and_the_names_of_this_machine_are_allowed_hosts(api, host):
    assert api("GET", "/_sandbox/world", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "10.1.2.3.rebound.example", ""])
def test_another_name_is_not_allowed_but_for_health_and_readiness(api, host):
    assert api("GET", "/_sandbox/world", headers={"Host": host}).status_code == 403
    for path in ("/_sandbox/health", "/_sandbox/ready"):
        assert api("GET", path, headers={"Host": host}, key=None).status_code == 200


def test_a_response_that_depends_on_the_origin_says_so_whether_or_not_one_was_sent(api_with):
    api = api_with(cors=("https://app.example",))
    for origin, allowed in [(None, None), ("https://b.example", None), ("https://app.example", "https://app.example")]:
        response = api("GET", "sequences", headers={} if origin is None else {"Origin": origin})
        assert response.headers["vary"] == "Origin"
        assert response.headers.get("access-control-allow-origin") == allowed


@pytest.mark.parametrize("cors", ["*", "https://app.example"])
def test_errors_and_options_say_too_that_they_depend_on_the_origin(api_with, cors):
    api = api_with(cors=(cors,))
    calls = [
        ("GET", "me", ""),
        ("GET", "me", None),
        ("GET", "nowhere", ""),
        ("DELETE", "me", ""),
        ("OPTIONS", "me", None),
    ]
    for origin in (None, "https://app.example", "https://b.example"):
        allowed = origin is not None and cors in ("*", origin)
        headers = {"Access-Control-Request-Method": "GET", **({} if origin is None else {"Origin": origin})}
        for method, path, key in calls:
            response = api(method, path, headers=headers, key=key)
            assert response.headers["vary"] == "Origin"
            assert ("access-control-allow-origin" in response.headers) == allowed


@pytest.mark.parametrize("path", ["//v1/sequences", "/v1//sequences", "/v1/sequences//"])
def test_a_path_with_an_empty_segment_is_unknown_and_is_told_why(client, path):
    response = client.send(client.build_request("GET", "/", extensions={"target": path.encode()}))
    assert response.status_code == 404
    assert f"There is no path {path} in this API; it has an empty segment" in response.json()["message"]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/v1/sequences?size=1", "HTTP://other.example/v1/sequences?size=1"]
)
def test_a_target_in_absolute_form_is_read_as_its_path(client, target):
    extensions = {"target": target.encode()}
    response = client.send(client.build_request("GET", "/", extensions=extensions))
    assert response.status_code == 200
    assert len(response.json()["items"]) == 1
