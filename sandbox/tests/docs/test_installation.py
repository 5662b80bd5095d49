"""How the project is installed stands in .ci/installation.json: pages and hints say that and nothing else."""

import json
import re
import runpy

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
WORDS = json.loads((ROOT / ".ci/installation.json").read_text("utf-8"))
SCRIPT = runpy.run_path(str(ROOT / ".ci/installation.py"))
FILES = list(SCRIPT["places"]())
#: What installs something, and what is true only until a release.
STATED = re.compile(
    r"pip install [^`\n]*|(?:pipx install|pipx run|uvx) [^`\n]*(?:sequences-sandbox|git\+)[^`\n]*|'\.\[\w+\]'"
    r"|\b(?:published|released)\b[^.\n]* yet\b"
)
OTHERS = ("pip install pre-commit", "pip install pytest")


def text_of(file):
    return file.read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_else_says_how_it_is_installed(file):
    rest = SCRIPT["replaced"](text_of(file), WORDS, dict.fromkeys(WORDS, ""))
    assert [found for found in STATED.findall(rest) if not found.startswith(OTHERS)] == []


@pytest.mark.parametrize("name", WORDS)
def test_the_words_are_used(name):
    assert any(WORDS[name] in text_of(file) for file in FILES)


def test_a_release_changes_them_in_one_place():
    new = {name: f"<{name}>" for name in WORDS}
    changed = "\n".join(SCRIPT["replaced"](text_of(file), WORDS, new) for file in FILES)
    assert [words for words in WORDS.values() if re.search(rf"{re.escape(words)}(?![\w/\[.])", changed)] == []
    assert [name for name in WORDS if f"<{name}>" not in changed] == []


def test_the_command_of_another_folder_is_left():
    assert SCRIPT["replaced"]("pip install ../../sandbox pytest", WORDS, dict.fromkeys(WORDS, "")).startswith("pip")
