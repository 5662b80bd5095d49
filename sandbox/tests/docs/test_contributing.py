"""CONTRIBUTING.md: each recipe is applied to a copy of the repository, and its commands show that the new thing works."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
_RECIPES = PAGE.partition("\n# Recipes\n")[2].split("\n## ")[1:]
RECIPES = {title: text for title, _, text in (recipe.partition("\n") for recipe in _RECIPES)}
COPIED = ("openapi.yaml", "pyproject.toml", "fixtures", "sandbox", "contract_tests", "docs")
STEP = re.compile(
    r"(?:\b(In|Create)\s`([^`]+)`(?:, (above|below) `([^`]+)`|, at the end)?:|```sh)\n+(?:```\w+\n)?(.*?)```", re.S
)


@pytest.fixture
def checkout(tmp_path):
    """A copy of the repository, without what a program made."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns(".*", "__pycache__", "bench"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def edit(checkout, verb, name, where, line, text):
    """One step of a recipe: a new file, or lines beside one line or at the end of a file."""
    path = checkout / name
    if verb == "Create":
        assert not path.exists(), f"{name} exists already"
        path.write_text(text, "utf-8")
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if line:
        (place,) = (number for number, each in enumerate(lines) if each.strip() == line)
        lines.insert(place + (where == "below"), text)
    else:
        lines.append(f"\n\n{text}" if name.endswith(".py") else text)
    path.write_text("".join(lines), "utf-8")


def run(checkout, script):
    """A recipe's commands, with the programs of this environment and the code of the copy."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(checkout / name) for name in ("sandbox", "contract_tests")),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
    }
    done = subprocess.run(
        ["bash", "-euxc", script.replace(".venv/bin/", f"{programs}/")],
        cwd=checkout, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def follow(checkout, title):
    """A recipe, from top to bottom."""
    steps = [match.groups() for match in STEP.finditer(RECIPES[title])]
    assert len(steps) == RECIPES[title].count("\n```") // 2, "a block of the recipe belongs to no step"
    for verb, name, where, line, text in steps:
        if verb is None:
            run(checkout, text)
        else:
            edit(checkout, verb, name, where, line, text)


@pytest.mark.parametrize("title", [title for title in RECIPES if title not in ("Add a rule", "Plant a fault")])
def test_a_recipe_works(checkout, title):
    follow(checkout, title)


def test_the_rule_of_one_recipe_finds_the_fault_of_the_next(checkout):
    follow(checkout, "Add a rule")
    follow(checkout, "Plant a fault")


def test_what_the_recipes_add_has_the_style_of_the_rest(checkout):
    changed = set()
    for recipe in RECIPES.values():
        for verb, name, where, line, text in (match.groups() for match in STEP.finditer(recipe)):
            if verb is not None:
                edit(checkout, verb, name, where, line, text)
                changed.add(name)
    files = " ".join(sorted(name for name in changed if name.endswith(".py")))
    run(checkout, f".venv/bin/ruff check --quiet {files}; .venv/bin/ruff format --check --quiet {files}")


def test_the_targets_are_those_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^\| `make (\w+)` \|", PAGE, re.MULTILINE)) == sorted(targets)
    assert sorted(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()) == sorted(targets)


def markers():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    return {marker.partition(":")[0] for marker in options["markers"]}


def test_the_markers_are_those_that_pytest_knows():
    assert {*re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE), "slow"} == markers()


def test_the_commands_that_run_a_part_of_the_tests_name_what_there_is():
    commands = re.findall(r"^\.venv/bin/pytest (.*?)  +#", PAGE, re.MULTILINE)
    assert commands
    for command in commands:
        parts = shlex.split(command)
        assert all((ROOT / part).exists() for part in parts if "/" in part)
        assert {part.split()[-1] for option, part in pairwise(parts) if option == "-m"} <= markers()
