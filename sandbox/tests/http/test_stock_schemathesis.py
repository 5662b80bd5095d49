"""Stock Schemathesis against the running sandbox: no finding that is the server's fault."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sequences_sandbox.contract.files import shipped

PATHS = yaml.safe_load(shipped("openapi.yaml").read_text("utf-8"))["paths"]
OPERATIONS = sum("operationId" in operation for item in PATHS.values() for operation in item.values())
CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_check_and_phase_passes(running, seed, tmp_path):
    sandbox = running("--log-level", "warning")
    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", CONFIG, "run", shipped("openapi.yaml"), "--url", sandbox.base),
            *("--header", "Authorization: Bearer topo_demo_readwrite"),
            *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "25", "--seed", str(seed)),
            *("--generation-database", "none"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    assert f"Tested: {OPERATIONS}" in result.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in result.stdout
    status, errors = sandbox.stop()
    assert status == 0
    assert "Traceback" not in errors
