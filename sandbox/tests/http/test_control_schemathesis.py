"""Stock Schemathesis against the control API, by its own control.yaml: no finding that is the server's fault."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sequences_sandbox.app import CONTROL

CONFIG = Path(__file__).parent / "schemathesis_control.toml"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_check_and_phase_passes(running, seed, tmp_path):
    sandbox = running("--log-level", "warning", "--admin-token", "sesame")
    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", CONFIG, "run", CONTROL, "--url", sandbox.base.removesuffix("/v1") + "/_sandbox"),
            *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "15", "--seed", str(seed)),
            *("--generation-database", "none"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    # All operations but the stream, which the configuration leaves out.
    selected, tested = re.search(r"Selected: (\d+)/", result.stdout), re.search(r"Tested: (\d+)", result.stdout)
    assert selected[1] == tested[1]
    status, errors = sandbox.stop()
    assert status == 0
    assert "Traceback" not in errors
