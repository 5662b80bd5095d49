"""docs/traffic.md: its commands are run as they stand, on traffic of the integration in docs/crm_sync."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crm_sync import Crm, CrmSync
from sequences_api import SequencesApi
from sequences_contract.cli import main
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
PARTS = re.split(r"^## ", (ROOT / "docs" / "traffic.md").read_text("utf-8"), flags=re.MULTILINE)
ADA, ADAS_RUN = "0c000000-0000-4000-8000-00000000000a", "0e000000-0000-4000-8000-00000000000a"

pytestmark = pytest.mark.sequences_world(fixture=ROOT / "docs" / "crm_sync" / "world.yaml")


def commands(title):
    (part,) = (part for part in PARTS if part.startswith(title))
    return "".join(re.findall(r"^```sh\n(.*?)^```$", part, re.DOTALL | re.MULTILINE))


def synchronise(url, key):
    """What the integration sends in a day."""
    api = SequencesApi(url, key, page_size=2)
    sync = CrmSync(api, Crm())
    sync.mirror()
    sync.out_of_office(ADA, "2026-03-09T08:00:00Z")
    sync.deal_won(ADAS_RUN)
    sync.mirror()
    api.close()


@pytest.fixture
def run(sequences_world, tmp_path, program):
    """Runs commands of the page in an empty folder, against the test's own world; returns what they print."""
    program("jq")

    def call(text):
        text = text.replace("$SEQUENCES_SANDBOX_URL", sequences_world.url.removesuffix("/v1"))
        text = text.replace("topo_demo_readwrite", sequences_world.key)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-e", "-c", text], cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def test_the_journal_of_the_integration_conforms(sequences_world, run, tmp_path):
    synchronise(sequences_world.url, sequences_world.key)
    placeholder, *lines = commands("Judge a recording").splitlines()
    assert placeholder == "sequences-contract judge recording.har"
    assert run("\n".join(lines)).count("the traffic conforms (exit 0)") == 2
    assert main(["judge", str(tmp_path / "journal.har"), "--client", "--profile", "strict"]) == 0
    assert sequences_world.key not in (tmp_path / "journal.har").read_text("utf-8")


def test_the_integration_conforms_through_the_proxy(sequences_world, tmp_path, capsys, monkeypatch):
    (command,) = commands("Judge what passes").splitlines()
    words = command.replace('"$SEQUENCES_SANDBOX_URL/v1"', sequences_world.url).split()
    program = [Path(sys.executable).with_name(words[0]), *words[1:], "--listen", ":0"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            synchronise(process.stderr.readline().split()[0], sequences_world.key)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert "the traffic conforms (exit 0)" in out
    recorded = tmp_path / "traffic.har"
    assert sequences_world.key not in recorded.read_text("utf-8")
    assert main(["judge", str(recorded), "--client", "--profile", "strict"]) == 0
    assert "on 8 responses" in out
    assert "on 8 responses" in capsys.readouterr().out
    sequences_world.reset()
    export, command = commands("Compare").replace('"$SEQUENCES_SANDBOX_URL/v1"', sequences_world.url).splitlines()
    assert export == "export SEQUENCES_CONTRACT_KEY=topo_demo_readwrite"
    monkeypatch.setenv("SEQUENCES_CONTRACT_KEY", sequences_world.key)
    program, *words = command.split()
    words[words.index("traffic.har")] = str(recorded)
    assert (program, main([*words, "--write-run", ADAS_RUN])) == ("sequences-contract", 0)
    assert "no response differs (exit 0)" in capsys.readouterr().out
