"""docs/hosting: the configurations of proxies, each run in front of a sandbox as the page starts it."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "hosting"
NAME = "sandbox.example"


def program(name):
    """Where a program is; a laptop that lacks it skips, CI fails."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        assert not os.environ.get("CI"), f"{name} is missing; run .ci/install-programs"
        pytest.skip(f"no {name} here")
    return path


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


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


@contextmanager
def running(command, port, cwd):
    with (cwd / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, env={**os.environ, "HOME": str(cwd)})
    try:
        while not fetched(port):  # a certificate may have to be made first
            assert process.poll() is None, (cwd / "log").read_text()
            time.sleep(0.02)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def nginx(sandbox, certificate, tmp_path_factory):
    """The URL of a site behind Debian's nginx with the files of the folder, at the root and at a path."""
    path, folder, port, plain = program("nginx"), tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    upstream = f"127.0.0.1:{httpx.URL(sandbox.base).port}"
    proxied = (FOLDER / "sandbox-proxy.conf").read_text()
    (folder / "sandbox-proxy.conf").write_text(proxied)
    site = (FOLDER / "nginx.conf").read_text().replace("127.0.0.1:4010", upstream)
    site = re.sub(r"\n *listen \[::\].*", "", site)
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}").replace("listen 80", f"listen 127.0.0.1:{plain}")
    site = re.sub(r"/etc/letsencrypt/\S+fullchain.pem", str(certificate[0]), site)
    site = re.sub(r"/etc/letsencrypt/\S+privkey.pem", str(certificate[1]), site)
    site = site.replace("rate=50r/s", "rate=1r/m")  # so that only the burst counts
    # The path beside the root, on one server: as if the sandbox were on a site that exists.
    site = site.replace("    location / {", f"{(FOLDER / 'nginx-prefix.conf').read_text()}\n    location / {{")
    site = site.replace("/etc/nginx/sandbox-proxy.conf", str(folder / "sandbox-proxy.conf"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{site}}}\n"
    )
    with running([path, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"], port, folder):
        yield Site(port, plain)


@pytest.fixture(scope="module")
def caddy(sandbox, tmp_path_factory):
    """The same behind Debian's Caddy, with a certificate of its own making."""
    path, folder, port, plain = program("caddy"), tmp_path_factory.mktemp("caddy"), free_port(), free_port()
    own = f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port {plain}\n\thttps_port {port}\n}}\n"
    (folder / "Caddyfile").write_text(own + (FOLDER / "Caddyfile").read_text())
    environment = ["env", f"SANDBOX=127.0.0.1:{httpx.URL(sandbox.base).port}", f"XDG_DATA_HOME={folder}"]
    command = [*environment, path, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    with running(command, port, folder):
        yield Site(port, plain)


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


def test_the_sandbox_sees_the_visitor_s_address_whatever_the_visitor_claims(site, sandbox):
    claims = {"X-Forwarded-For": "8.8.8.8", "Forwarded": "for=8.8.8.8", "X-Forwarded-Prefix": "/claimed"}
    with site.client() as client:
        page = client.get(f"/watch?{site.port}", headers=claims)
        request_id = page.headers["X-Request-Id"]
    assert 'data-root=""' in page.text
    while not (found := [line for line in list(sandbox.lines) if request_id in line]):
        time.sleep(0.02)
    assert json.loads(found[0])["client"] == "127.0.0.9"


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
    assert statuses[:201] == [200] * 201
    assert statuses[202] == 429
