"""The wheel, as a user gets it: built, installed into an empty environment, and served from a folder that has a `sandbox`
and a `fixtures` of its own."""

import subprocess
import venv
import zipfile
from pathlib import Path

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent


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


def test_it_serves_from_a_folder_that_holds_a_sandbox_and_fixtures(wheel, tmp_path, running):
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True, timeout=600)
    project = tmp_path / "project"
    for folder in ("sandbox", "fixtures", "contract_tests"):
        (project / folder).mkdir(parents=True)
        (project / folder / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    sandbox = running(python=python, cwd=project)
    assert sandbox.get("/sequences")["total_count"] > 100
    assert sandbox.stop()[0] == 0


def test_an_editable_checkout_finds_the_same_files():
    assert shipped("openapi.yaml").samefile(Path(ROOT) / "openapi.yaml")
