"""docs/tutorial.md: its files are created, its commands are run and its outputs are compared, from top to bottom."""

import re

STEPS = re.compile(
    r"(?:Create\s+`(?P<file>[^`]+)`:\n\n)?^```(?P<language>\w*)\n(?P<block>.*?)^```$", re.DOTALL | re.MULTILINE
)
#: What the installation brings into an environment, in this one, where it is one plugin among many.
PLUGIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "sequences_sandbox_client.pytest_plugin"}


def test_whoever_follows_it_to_the_letter_gets_what_it_shows(page_named, tmp_path, shell):
    steps = list(STEPS.finditer(page_named("tutorial.md").text))
    printed = []
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if step["file"]:
            (tmp_path / step["file"]).write_text(step["block"], "utf-8")
        elif step["language"] == "sh":
            shown = after["block"].splitlines()
            rest = shell(step["block"], fails="failed" in shown[-1], **PLUGIN)
            printed.append(rest)
            for line in shown:
                _, found, rest = rest.partition(line)
                assert found, f"{line!r} is missing in {printed[-1]}"
    assert len(printed) == 3
