"""Builds in dist/ what a release consists of: wheels, sdists, an SBOM of each distribution, release notes and checksums."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = (ROOT, ROOT / "sandbox" / "client")
SBOM_TOOL = Path(sys.prefix) / "sbom" / "bin" / "cyclonedx-py"  # `make release` and `make pytest` install it


def run(*command: object, **environment: str) -> str:
    """A command's output; its own errors are shown."""
    words, variables = [str(part) for part in command], {**os.environ, **environment}
    return subprocess.run(words, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True).stdout


def build(project: Path, dist: Path) -> Path:
    """The sdist of a project, and its wheel, made from the sdist. Returns the wheel."""
    before = set(dist.glob("*.whl"))
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, project)
    (wheel,) = set(dist.glob("*.whl")) - before
    return wheel


def write_sbom(python: Path, project: Path, out: Path) -> None:
    """The SBOM of an environment (CycloneDX 1.6, JSON), with the project as its subject. The same commit gives the same."""
    subject = ["--pyproject", project / "pyproject.toml", "--mc-type", "application"]
    form = ["--of", "JSON", "--sv", "1.6", "--output-reproducible", "-o", out]
    time = run("git", "log", "-1", "--format=%ct").strip()
    run(SBOM_TOOL, "environment", *subject, *form, python, SOURCE_DATE_EPOCH=time)


def metadata(project: Path) -> dict[str, Any]:
    """The table `project` of its pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def extras(project: Path) -> str:
    """Every extra that users can ask for, as pip takes them: "[contract,postgres]". `test` is for this repository alone."""
    names = metadata(project).get("optional-dependencies", {}).keys() - {"test"}
    return f"[{','.join(sorted(names))}]" if names else ""


def installed(wheel: Path, project: Path, folder: Path) -> Path:
    """The Python of a new environment in which the wheel of a project is installed, with its extras."""
    venv.create(folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", f"{wheel}{extras(project)}")
    return python


def version() -> str:
    """The version of the release, which all packages have. Raises SystemExit where they differ."""
    stated = {metadata(ROOT)["version"]}
    for package in ("sequences_sandbox", "client/sequences_sandbox_client"):
        text = (ROOT / "sandbox" / package / "__init__.py").read_text("utf-8")
        stated |= set(re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE))
    if len(stated) != 1:
        raise SystemExit(
            f"The packages have different versions: {', '.join(sorted(stated))}. Give all of them the same."
        )
    return stated.pop()


def notes(changelog: str, number: str) -> str:
    """The section of a version in the changelog, else what is unreleased. Raises SystemExit where there is neither."""
    for title in (rf"\[?{re.escape(number)}\]?", "Unreleased"):
        found = re.search(rf"^## {title}\b.*\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
        if found is not None:
            return f"# {number}\n\n{found[1].strip()}\n"
    raise SystemExit(f"CHANGELOG.md has neither a section {number} nor 'Unreleased'; add what changed.")


def write_checksums(dist: Path) -> None:
    """SHA256SUMS of all files, for `sha256sum --check`."""
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(dist.iterdir())]
    (dist / "SHA256SUMS").write_text("".join(sums), "utf-8")


def main() -> None:
    """Builds everything anew."""
    dist, number = ROOT / "dist", version()
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    for project in PROJECTS:
        wheel = build(project, dist)
        name = wheel.name.partition("-py3")[0]
        with tempfile.TemporaryDirectory() as folder:
            write_sbom(installed(wheel, project, Path(folder)), project, dist / f"{name}.cdx.json")
    (dist / "RELEASE_NOTES.md").write_text(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), number), "utf-8")
    write_checksums(dist)
    print("\n".join(file.name for file in sorted(dist.iterdir())))


if __name__ == "__main__":
    main()
