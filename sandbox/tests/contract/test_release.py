"""What a release consists of, beside its wheels and SBOMs."""

import importlib.util
import re
import runpy
import subprocess

import pytest
import sequences_sandbox
import sequences_sandbox_client
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
RELEASE = runpy.run_path(str(ROOT / ".ci/release.py"))
CHANGELOG = """# Changelog

## Unreleased

- Later.

## 1.2.0 - 2030-01-07

### Added

- Now.

## 1.1.0

- Before.
"""


def test_the_notes_are_those_of_the_version_and_else_what_is_unreleased():
    assert RELEASE["notes"](CHANGELOG, "1.2.0") == "# 1.2.0\n\n### Added\n\n- Now.\n"
    assert RELEASE["notes"](CHANGELOG, "1.3.0") == "# 1.3.0\n\n- Later.\n"
    with pytest.raises(SystemExit, match="add what changed"):
        RELEASE["notes"]("# Changelog\n", "1.2.0")


def test_the_changelog_of_this_project_has_notes_for_the_version_of_all_packages():
    number = RELEASE["version"]()
    assert {sequences_sandbox.__version__, sequences_sandbox_client.__version__} == {number}
    assert re.search(r"^### Added$", RELEASE["notes"]((ROOT / "CHANGELOG.md").read_text("utf-8"), number), re.MULTILINE)


def test_an_sbom_names_what_every_extra_brings():
    assert RELEASE["extras"](ROOT) == "[contract,postgres,tracing]"
    assert RELEASE["extras"](ROOT / "sandbox/client") == ""


def test_the_checksums_are_those_of_all_files(tmp_path):
    for name in ("one.whl", "two.tar.gz"):
        (tmp_path / name).write_text(name)
    RELEASE["write_checksums"](tmp_path)
    check = ["sha256sum", "--check", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=True).stdout.count(b": OK") == 2
    (tmp_path / "one.whl").write_text("another")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_a_sdist_has_what_its_wheel_is_made_of(tmp_path):
    wheel = RELEASE["build"](ROOT / "sandbox/client", tmp_path)
    assert wheel.name == f"sequences_sandbox_client-{sequences_sandbox_client.__version__}-py3-none-any.whl"
    assert {file.suffix for file in tmp_path.iterdir()} == {".whl", ".gz"}


def test_the_tool_for_sboms_stays_out_of_the_environment_in_which_sandboxes_start():
    """It brings a parser along that jsonschema then loads, in every process, for more than a second."""
    assert importlib.util.find_spec("rfc3987_syntax") is None
