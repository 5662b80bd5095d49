"""Writes how the project is installed into pages and hints.

A release changes installation.json, then runs this: what the file said at the last commit is replaced by what it says now.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / ".ci" / "installation.json"
PLACES = (
    "*.md", "docs/**/*.md", "sandbox/sequences_sandbox/**/*.py", "sandbox/client/*.md",
    "sandbox/client/sequences_sandbox_client/*.py", "contract_tests/sequences_contract/**/*.py",
)  # fmt: skip


def places() -> Iterator[Path]:
    """Every file that may say how the project is installed."""
    for pattern in PLACES:
        yield from ROOT.glob(pattern)


def replaced(text: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """A text with the new words in place of the old ones. A command ends where its last word does."""
    by_old = {old[name]: new[name] for name in old}
    longest_first = sorted(by_old, key=len, reverse=True)
    pattern = "|".join(rf"{re.escape(words)}(?![\w/\[])(?!\.[\w./])" for words in longest_first)
    return re.sub(pattern, lambda match: by_old[match[0]], text)


def main() -> None:
    """Rewrites the files that change."""
    committed = subprocess.run(
        ["git", "show", f"HEAD:{WORDS.relative_to(ROOT)}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    old, new = json.loads(committed.stdout), json.loads(WORDS.read_text("utf-8"))
    for file in places():
        text = file.read_text("utf-8")
        changed = replaced(text, old, new)
        if changed != text:
            file.write_text(changed, "utf-8")


if __name__ == "__main__":
    main()
