"""docs/hosting.md, "Backup and restore": its commands, carried out while a sandbox runs, bring everything back."""

import os
import re
import signal
import subprocess
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sequences_sandbox.contract.files import shipped

PAGE = (shipped("openapi.yaml").parent / "docs" / "hosting.md").read_text("utf-8")
FREEZING = {"frozen": True}


@pytest.fixture
def shell(own_postgres, tmp_path):
    """Runs a command of the page, as the user postgres, beside a PostgreSQL with a database `sandbox`."""
    parts = urlsplit(own_postgres.url)
    for name in ("sandbox", "elsewhere"):
        own_postgres.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    path = f"{own_postgres.bin_path}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PGHOST": parse_qs(parts.query)["host"][0], "PGUSER": "postgres"}

    def run(command):
        subprocess.run(["sh", "-ec", command], cwd=tmp_path, env=environment, check=True)

    return run


class Client:
    """A sandbox on a database, called with the key of a world."""

    def __init__(self, sandbox, token=None):
        self.sandbox, self.url = sandbox, sandbox.base.removesuffix("/v1")
        self.token = token
        if token is None:
            world = httpx.post(f"{self.url}/_sandbox/worlds", json=FREEZING).json()
            self.token = world["organizations"][0]["api_keys"][0]["token"]

    def __call__(self, method, path, json=None, **headers):
        headers["Authorization"] = f"Bearer {self.token}"
        response = httpx.request(method, f"{self.url}{path}", headers=headers, json=json, timeout=30)
        response.raise_for_status()
        return response.json()

    def state(self):
        """All that a world is."""
        paths = ("world", "clock", "faults", "snapshots", "journal?bodies=true&size=100")
        shown = {path: self("GET", f"/_sandbox/{path}") for path in paths}
        return {**shown, "runs": self("GET", "/v1/sequences?size=100", **{"X-Sandbox-Observer": "console"})}


@pytest.mark.parametrize("database", ["sandbox", "elsewhere"])
def test_a_backup_of_a_running_sandbox_brings_back_worlds_keys_and_journals(running, own_postgres, shell, database):
    backup, restore = re.findall(r"^runuser -u postgres -- (pg_.*)$", PAGE, re.MULTILINE)

    def started(name):
        return running("--store", own_postgres.url.replace(urlsplit(own_postgres.url).path, f"/{name}"))

    client = Client(started("sandbox"))
    run = client("GET", "/v1/sequences?status=ACTIVE")["items"][0]["id"]
    client("POST", f"/v1/sequences/{run}/pause", json={"paused_until": "2100-01-04T08:00:00Z"})
    client("PUT", "/_sandbox/snapshots/one", json={})
    client("POST", "/_sandbox/faults", json={"effect": {"status": 503}, "match": {"nth": 1_000_000}})
    kept = client.state()
    shell(backup)
    client("POST", f"/v1/sequences/{run}/resume")
    later = Client(client.sandbox)
    client.sandbox.stop(signal.SIGTERM)

    shell(restore.replace("--dbname sandbox", f"--dbname {database}"))
    client = Client(started(database), client.token)
    assert client.state() == kept
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        Client(client.sandbox, later.token).state()
    assert client("POST", f"/v1/sequences/{run}/resume")["status"] == "ACTIVE"
