"""docs/tutorial.md: its files are created, its commands are run and its outputs are compared, from top to bottom."""

import os
import re
import subprocess
import sys
from pathlib import Path

STEPS = re.compile(
    r"(?:Create\s+`(?P<file>[^`]+)`:\n\n)?^```(?P<language>\w*)\n(?P<block>.*?)^```$", re.DOTALL | re.MULTILINE
)
#: What the installation brings into an environment, in this one, where it is one plugin among many.
PLUGIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "sequences_sandbox_client.pytest_plugin"}


def test_whoever_follows_it_to_the_letter_gets_what_it_shows(page_named, tmp_path, sequences_sandbox):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, **PLUGIN, "PATH": path, "SEQUENCES_SANDBOX_URL": sequences_sandbox.url}
    printed, compared = "", 0
    for step in STEPS.finditer(page_named("tutorial.md").text):
        if step["file"]:
            (tmp_path / step["file"]).write_text(step["block"], "utf-8")
        elif step["language"] == "sh":
            printed = subprocess.run(
                ["bash", "-c", step["block"]],
                cwd=tmp_path,
                check=False,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
            ).stdout
        elif step["language"] == "text":
            rest = printed
            for line in step["block"].splitlines():
                assert line in rest, printed
                rest = rest.partition(line)[2]
            compared += 1
    assert compared == 3
