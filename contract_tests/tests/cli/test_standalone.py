"""The suite on its own: from the wheel, with its own requirements, where Flask and Connexion are not installed."""

import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from ..mutants import FIXTURE
from ..reference_server import serve

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("standalone")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = project["project"]["optional-dependencies"]["contract"]
    for arguments in (["--no-deps", str(next(folder.glob("*.whl")))], requirements):
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *arguments], check=True, capture_output=True, timeout=900
        )
    return python


@pytest.mark.parametrize("package", ["flask", "connexion"])
def test_the_server_side_is_not_installed(python, package):
    result = subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False)
    assert result.returncode != 0


def test_the_command_is_there_and_lists_its_rules(python, tmp_path):
    command = python.with_name("sequences-contract")
    result = subprocess.run([command, "rules"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert "pause.resumes_by_itself" in result.stdout


def test_the_suite_checks_a_target(python, tmp_path):
    with serve(FIXTURE) as url:
        result = subprocess.run(
            [
                python, "-W", "error::ImportWarning", "-m", "sequences_contract.cli", "check", "--url", url,
                "--control", url.removesuffix("/v1"), "--allow-writes", "--allow-stops", "all", "--profile", "strict",
                "--max-examples", "5", "--rule", "get", "--rule", "update", "--rule", "robustness",
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(
        r"what was tried holds: (\d+) of \d+ rules \(exit 0\): profile strict, \1 rules passed", result.stdout
    )
