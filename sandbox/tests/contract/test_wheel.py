"""The wheel, as a user gets it: built, installed into an empty environment, and served from a folder that has a `sandbox`
and a `fixtures` of its own."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
VERSIONS = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["test"]["strategy"]["matrix"][
    "python"
]


@pytest.fixture
def wheel(wheels):
    return wheels["sequences_sandbox"]


def test_it_carries_the_contract_the_fixtures_and_all_packages_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "sequences_sandbox/data/openapi.yaml",
        "sequences_sandbox/data/fixtures/demo.yaml",
        "sequences_sandbox/data/fixtures/schema.json",
        "sequences_sandbox/py.typed",
        "sequences_sandbox_client/py.typed",
        "sequences_contract/__init__.py",
    ):
        assert name in names
    assert not [name for name in names if "/tests/" in name]


def interpreter(version):
    """A Python of this machine, on PATH or beside the one that runs the tests, as pyenv and uv put them."""
    beside = Path(sys.base_prefix).parent.glob(f"*/bin/python{version}")
    for found in filter(None, (shutil.which(f"python{version}"), *sorted(beside))):
        asked = subprocess.run([found, "-c", "import ensurepip, venv"], capture_output=True, check=False)
        if asked.returncode == 0:
            return found
    pytest.skip(f"no Python {version} here")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_serves_on_each_python_from_a_folder_that_holds_a_sandbox_and_fixtures(wheel, tmp_path, running, version):
    environment = tmp_path / "environment"
    subprocess.run([interpreter(version), "-m", "venv", "--without-pip", environment], check=True, capture_output=True)
    python = environment / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile", wheel]
    subprocess.run(install, check=True, capture_output=True, timeout=600)
    project = tmp_path / "project"
    for folder in ("sandbox", "fixtures", "contract_tests"):
        (project / folder).mkdir(parents=True)
        (project / folder / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    sandbox = running(python=python, cwd=project)
    assert sandbox.get("/sequences")["total_count"] > 100
    verb = [python, "-W", "error", "-m", "sequences_sandbox", "clock", "advance", "P2D", "--url", sandbox.base]
    done = subprocess.run(verb, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sandbox.stop()[0] == 0


def test_an_editable_checkout_finds_the_same_files():
    assert shipped("openapi.yaml").samefile(Path(ROOT) / "openapi.yaml")
