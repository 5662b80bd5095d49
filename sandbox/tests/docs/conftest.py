"""What the tests of the pages share: the files and the code that a page shows, and the programs that run them."""

import os
import random
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent


class Page:
    """A page of docs."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / "docs" / name).read_text("utf-8")

    def blocks(self, language: str) -> list[str]:
        """The blocks of a language."""
        fenced = re.findall(r"^```(\w*)\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE)
        return [block for name, block in fenced if name == language]

    def create_files(self, folder: Path) -> None:
        """Creates what the page says with "Create `name`:" above a block, as a reader does."""
        for name, block in re.findall(
            r"Create\s+`([^`]+)`:\n\n```\w*\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE
        ):
            (folder / name).write_text(block, "utf-8")


def _is_free(port: int) -> bool:
    with socket.socket() as free:
        return free.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def free_ports():
    """Draws ports for a server that is not ours, below those that the system gives to whoever connects."""

    def draw(number: int) -> list[int]:
        drawn = random.sample(range(10_000, 16_000), number)
        return drawn if all(map(_is_free, drawn)) else draw(number)

    return draw


@pytest.fixture
def page_named():
    return Page


@pytest.fixture
def shell(sequences_sandbox, tmp_path):
    """Runs a script in an empty folder, as a reader with this Python and a sandbox at hand; returns what it prints."""

    def call(script: str, *, fails: bool = False, **environment: str) -> str:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        whole = {**os.environ, "PATH": path, "SEQUENCES_SANDBOX_URL": sequences_sandbox.url, **environment}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=whole,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    return call
