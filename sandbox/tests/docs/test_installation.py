"""How the project is installed stands in .ci/installation.json: pages, hints and workflows say that and nothing else."""

import json
import re
import runpy

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
WORDS = json.loads((ROOT / ".ci/installation.json").read_text("utf-8"))
SCRIPT = runpy.run_path(str(ROOT / ".ci/installation.py"))
FILES = list(SCRIPT["places"]())
#: A command that installs one of the distributions, by a name, a folder or a repository.
COMMANDS = re.compile(
    r"(?:pip install|pipx install|pipx run|uvx)(?= )[^`\n]*?[ '\"/](?:\.(?=['\[`\s/])|sequences-sandbox|git\+)[^`\n]*"
)


def text_of(file):
    return file.read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_other_command_installs_it(file):
    allowed = tuple(words for words in WORDS.values() if words.startswith("pip"))
    assert [found for found in COMMANDS.findall(text_of(file)) if not found.startswith(allowed)] == []


@pytest.mark.parametrize("name", WORDS)
def test_the_words_are_used(name):
    assert any(WORDS[name] in text_of(file) for file in FILES)


def test_a_release_changes_them_in_one_place():
    new = {name: f"<{name}>" for name in WORDS}
    changed = "\n".join(SCRIPT["replaced"](text_of(file), WORDS, new) for file in FILES)
    assert [words for words in WORDS.values() if re.search(rf"{re.escape(words)}(?![\w/\[.])", changed)] == []
    assert [name for name in WORDS if f"<{name}>" not in changed] == []
