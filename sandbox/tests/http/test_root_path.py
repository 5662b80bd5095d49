"""A sandbox at a path of a site: requests with and without the path, and what it serves names the path."""

from urllib.parse import urljoin

import pytest
import yaml
from sequences_sandbox.http.request.client_address import parse_network
from sequences_sandbox.http.root_path import parse_root


@pytest.fixture
def below(api_with):
    return api_with(root_path="/tools/sandbox")


@pytest.mark.parametrize("prefix", ["", "/tools/sandbox"])
@pytest.mark.parametrize(
    ("path", "status"), [("/v1/me", 200), ("/", 200), ("/watch", 200), ("/_sandbox/health", 200), ("/tools", 404)]
)
def test_a_proxy_may_take_the_path_off_or_leave_it(below, prefix, path, status):
    assert below("GET", prefix + path).status_code == status


def test_the_path_alone_is_the_first_page_and_another_path_that_begins_so_is_none(below):
    assert "data-root" in below("GET", "/tools/sandbox", key=None).text
    assert below("GET", "/tools/sandboxes", key=None).status_code == 404
    assert below("GET", "/tools/sandboxes/v1/me").status_code == 404


@pytest.mark.parametrize(
    ("proxy", "named", "shown"),
    [
        ("127.0.0.1", "/tools/sandbox", "/tools/sandbox"),
        ("127.0.0.1", "/tools/sandbox/", "/tools/sandbox"),
        ("127.0.0.1", '/"><script>', ""),
        ("127.0.0.2", "/tools/sandbox", ""),
    ],
)
def test_a_trusted_proxy_may_name_the_path_and_nobody_else(api_with, proxy, named, shown):
    """The client of these tests is 127.0.0.1."""
    sandbox = api_with(proxies=(parse_network(proxy),))
    page = sandbox("GET", "/", headers={"X-Forwarded-Prefix": named}).text
    assert f'<html data-root="{shown}"' in page
    assert f'src="{shown}/console/app.js' in page
    assert "<script>" not in page


def test_the_journal_has_paths_as_the_contract_has_them(below):
    below("GET", "/tools/sandbox/v1/me")
    assert below("GET", "/_sandbox/journal").json()["items"][0]["path"] == "/v1/me"


@pytest.mark.parametrize("file", ["/openapi.yaml", "/openapi.json", "/_sandbox/openapi.json"])
def test_the_server_that_a_contract_names_is_the_one_that_serves_it(below, api, file):
    url = f"http://site.example/tools/sandbox{file}"
    served, plain = (yaml.safe_load(each.text) for each in (below("GET", "/tools/sandbox" + file), api("GET", file)))
    under = "_sandbox" if "_sandbox" in file else "v1"
    assert [urljoin(url, server["url"]) for server in served["servers"]] == [
        f"http://site.example/tools/sandbox/{under}"
    ]
    assert {**served, "servers": []} == {**plain, "servers": []}


@pytest.mark.parametrize("text", ["sandbox", "/a b", '/"', "/a/../b", "/a//b", "http://a.example/b", "/ä"])
def test_a_prefix_that_no_path_begins_with_is_rejected_with_a_way_out(text):
    with pytest.raises(ValueError, match="give one such as /sandbox"):
        parse_root(text)


def test_a_prefix_has_no_slash_at_its_end():
    assert [parse_root(text) for text in ("", "/", "/a", "/a/", "/a/b")] == ["", "", "/a", "/a", "/a/b"]
