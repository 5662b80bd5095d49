"""docs/hosting: the configurations of proxies, each run in front of a sandbox as the page starts it."""

import json
import os
import re
import subprocess
import threading
from contextlib import contextmanager

import httpx
import jsonschema
import pytest
import yaml
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "hosting"
NAME = "sandbox.example"
CONTRACT = yaml.safe_load(shipped("openapi.yaml").read_text())
VISITORS = "127.0.0.11"
"""Stands for visitors of other addresses, which a header says."""
REAL_ADDRESS = f"set_real_ip_from {VISITORS};\nreal_ip_header X-Visitor;\n"


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox that trusts the proxy on its machine, and its log."""
    from ..conftest import Running  # noqa: PLC0415

    started = Running(
        "--allow-host", NAME, "--public-worlds", "20", "--trusted-proxy", "127.0.0.1", "--log-format", "json"
    )
    started.lines = []
    reader = threading.Thread(target=lambda: started.lines.extend(started.process.stderr))
    reader.start()
    yield started
    started.process.kill()
    reader.join()
    started.process.stdout.close()
    started.process.stderr.close()
    started.process.wait()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of the name, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem"
    )
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*command.split(), *subject], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def fetched(port):
    """What curl gets from the site at a port of this machine; empty while it is not there."""
    command = ["curl", "-sk", "--http2", "--resolve", f"{NAME}:{port}:127.0.0.1", "-w", "\n%{http_version}"]
    url = f"https://{NAME}:{port}/"
    return subprocess.run([*command, url], capture_output=True, text=True, check=False).stdout.removesuffix("\n0")


@pytest.fixture(scope="module")
def running(eventually, free_ports):
    """Runs a proxy on two free ports, and on two others where somebody was faster to take one; gives its site."""

    @contextmanager
    def run(command_for, cwd):
        log, environment = cwd / "log", {**os.environ, "HOME": str(cwd)}
        for _ in range(5):
            port, plain = free_ports(2)
            with log.open("wb") as out:
                process = subprocess.Popen(command_for(port, plain), cwd=cwd, stdout=out, stderr=out, env=environment)
            try:
                # A certificate may have to be made first.
                eventually(lambda: process.poll() is not None or fetched(port))  # noqa: B023  # waited for right here
                if process.poll() is None:
                    yield Site(port, plain)
                    return
            finally:
                process.kill()
                process.wait()
            assert "ddress already in use" in log.read_text(), log.read_text()
        raise AssertionError(f"every port was taken: {log.read_text()}")

    return run


@pytest.fixture(scope="module")
def behind_nginx(certificate, running, tmp_path_factory, program):
    """Runs Debian's nginx with the files of the folder before an address, at the root and at a path."""
    return lambda upstream: _behind_nginx(
        upstream, certificate, running, program("nginx"), tmp_path_factory.mktemp("nginx")
    )


@contextmanager
def _behind_nginx(upstream, certificate, running, path, folder):
    for name in ("sandbox-proxy.conf", "sandbox-errors.conf"):
        (folder / name).write_text((FOLDER / name).read_text())
    site = (FOLDER / "nginx.conf").read_text().replace("127.0.0.1:4010", upstream)
    site = re.sub(r"\n *listen \[::\].*", "", site)
    site = re.sub(r"/etc/letsencrypt/\S+fullchain.pem", str(certificate[0]), site)
    site = re.sub(r"/etc/letsencrypt/\S+privkey.pem", str(certificate[1]), site)
    site = site.replace("rate=50r/s", "rate=1r/m")  # so that only the burst counts
    # The path beside the root, on one server: as if the sandbox were on a site that exists.
    site = site.replace("    location / {", f"{(FOLDER / 'nginx-prefix.conf').read_text()}\n    location / {{")
    site = site.replace("/etc/nginx/sandbox-", f"{folder}/sandbox-")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    whole = (
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{REAL_ADDRESS}{site}}}\n"
    )

    def command(port, plain):
        listening = whole.replace("listen 443", f"listen 127.0.0.1:{port}").replace(
            "listen 80", f"listen 127.0.0.1:{plain}"
        )
        (folder / "nginx.conf").write_text(listening)
        return [path, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]

    with running(command, folder) as site:
        yield site


@pytest.fixture(scope="module")
def behind_caddy(running, tmp_path_factory, program):
    """The same with Debian's Caddy, with a certificate of its own making."""
    return lambda upstream: _behind_caddy(upstream, running, program("caddy"), tmp_path_factory.mktemp("caddy"))


@contextmanager
def _behind_caddy(upstream, running, path, folder):
    environment = ["env", f"SANDBOX={upstream}", f"XDG_DATA_HOME={folder}"]

    def command(port, plain):
        own = f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port {plain}\n\thttps_port {port}\n}}\n"
        (folder / "Caddyfile").write_text(own + (FOLDER / "Caddyfile").read_text())
        return [*environment, path, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]

    with running(command, folder) as site:
        yield site


@pytest.fixture(scope="module")
def nginx(sandbox, behind_nginx):
    with behind_nginx(f"127.0.0.1:{httpx.URL(sandbox.base).port}") as site:
        yield site


@pytest.fixture(scope="module")
def caddy(sandbox, behind_caddy):
    with behind_caddy(f"127.0.0.1:{httpx.URL(sandbox.base).port}") as site:
        yield site


class Site:
    """Where a proxy listens; it is called by the name on its certificate."""

    def __init__(self, port, plain):
        self.port, self.plain = port, plain

    def client(self, address="127.0.0.9", **how):
        """A client whose address is not the proxy's."""
        transport = httpx.HTTPTransport(verify=False, local_address=address)
        url = f"https://127.0.0.1:{self.port}"
        client = httpx.Client(transport=transport, base_url=url, headers={"Host": NAME}, timeout=60, **how)
        client.event_hooks["request"].append(_name)
        return client


def _name(request):
    request.extensions["sni_hostname"] = NAME


@pytest.fixture(params=["nginx", "caddy"])
def site(request):
    return request.getfixturevalue(request.param)


def test_calls_errors_and_events_pass_at_once(site):
    with site.client() as client:
        world = client.post("/_sandbox/worlds", json={}).json()
        key = {"Authorization": f"Bearer {world['organizations'][0]['api_keys'][0]['token']}"}
        assert client.get("/v1/sequences", headers=key).status_code == 200
        too_large = client.post("/_sandbox/worlds", content=b"x" * (1 << 20) + b"x")
        assert (too_large.status_code, too_large.json()["type"]) == (413, "ValidationIssue")
        with client.stream("GET", "/_sandbox/events", headers=key) as events, site.client() as other:
            other.get("/v1/sequences", headers=key)
            assert next(line for line in events.iter_lines() if line.startswith("event:")) == "event: request"


def test_the_edge_speaks_http_2_and_sends_everyone_to_https(site):
    page = fetched(site.port)
    assert page.startswith("<!doctype html>")
    assert page.endswith("\n2")
    moved = httpx.get(f"http://127.0.0.1:{site.plain}/watch", headers={"Host": NAME})
    assert moved.status_code in (301, 308)
    assert moved.headers["Location"].startswith(f"https://{NAME}")


def test_the_sandbox_sees_the_visitor_s_address_whatever_the_visitor_claims(site, sandbox, eventually):
    claims = {"X-Forwarded-For": "8.8.8.8", "Forwarded": "for=8.8.8.8", "X-Forwarded-Prefix": "/claimed"}
    with site.client() as client:
        page = client.get(f"/watch?{site.port}", headers=claims)
        request_id = page.headers["X-Request-Id"]
    assert 'data-root=""' in page.text
    eventually(lambda: any(request_id in line for line in list(sandbox.lines)))
    line = next(line for line in list(sandbox.lines) if request_id in line)
    assert json.loads(line)["client"] == "127.0.0.9"


def test_a_sandbox_at_a_path_of_a_site_is_right_below_it(nginx):
    with nginx.client(follow_redirects=True) as client:
        page = client.get("/sandbox")
        assert 'data-root="/sandbox"' in page.text
        script = re.search(r'src="(/sandbox/console/app[^"]+)"', page.text)[1]
        assert client.get(script).status_code == 200
        assert client.get("/sandbox/embed/getMe").status_code == 200
        servers = client.get("/sandbox/openapi.json").json()["servers"]
        assert [server["url"] for server in servers] == ["/sandbox/v1"]
        assert client.get("/sandbox/v1/me", headers={"Authorization": "Bearer topo_demo_readonly"}).status_code == 200


def test_the_proxy_bounds_how_often_an_address_may_ask(nginx):
    with nginx.client("127.0.0.10") as client:
        statuses = [client.get("/_sandbox/health").status_code for _ in range(203)]
        rejected = client.get("/v1/sequences")
    assert statuses[:201] == [200] * 201
    assert statuses[202] == 429
    require_error(rejected, 429, "RateLimitIssue")
    assert rejected.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert rejected.headers["Retry-After"] == "1"


def test_the_proxy_bounds_an_ipv6_network_as_one_address(nginx):
    with nginx.client(VISITORS) as client:

        def status(address):
            return client.get("/_sandbox/health", headers={"X-Visitor": address}).status_code

        assert [status(f"2001:db8:a0a:a{number % 200:02x}::{number:x}") for number in range(201)] == [200] * 201
        assert status("2001:db8:a0a:aff::1") == 429
        assert status("2001:db8:a0a:b00::1") == 200


def require_error(response, status, kind):
    """The response must be an error in the form of the API."""
    issue = response.json()
    assert (response.status_code, issue["status_code"], issue["type"]) == (status, status, kind)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Request-Id"] == issue["request_id"]
    jsonschema.validate(issue, {**CONTRACT, "$ref": "#/components/schemas/Issue"})


def test_a_body_that_the_proxy_does_not_take_is_an_error_of_the_api(site):
    with site.client() as client:
        require_error(client.post("/_sandbox/worlds", content=b"x" * 3_000_000), 413, "ValidationIssue")


def test_headers_that_nginx_does_not_read_are_an_error_of_the_api(nginx):
    with nginx.client() as client:
        require_error(client.get("/v1/sequences", headers={"X-Long": "x" * 9_000}), 400, "ValidationIssue")


@pytest.mark.parametrize("proxy", ["behind_nginx", "behind_caddy"])
def test_while_the_sandbox_is_away_the_proxy_says_so_as_the_api_does(request, proxy):
    with request.getfixturevalue(proxy)("127.0.0.1:1") as site, site.client() as client:
        response = client.get("/v1/sequences")
    require_error(response, 503, "InternalIssue")
    assert response.headers["Retry-After"] == "5"


def test_an_injected_502_passes_as_the_sandbox_sends_it(site):
    with site.client() as client:
        world = client.post("/_sandbox/worlds", json={}).json()
        key = {"Authorization": f"Bearer {world['organizations'][0]['api_keys'][0]['token']}"}
        response = client.get("/v1/sequences", headers={**key, "X-Sandbox-Fault": "status=502"})
    assert (response.status_code, response.json()["status_code"]) == (502, 502)
