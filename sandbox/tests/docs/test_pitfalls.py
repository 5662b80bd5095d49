"""docs/pitfalls.md: its tests are run in one pytest, as a reader would who copied them all."""

import re

pytest_plugins = ["pytester"]


def test_every_test_on_the_page_passes(page_named, pytester, monkeypatch, sequences_sandbox):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", sequences_sandbox.url)
    snippets = page_named("pitfalls.md").blocks("python")
    pytester.makepyfile("\n\n".join(snippets))
    done = pytester.runpytest_subprocess("-p", "sequences_sandbox_client.pytest_plugin", timeout=120)
    done.assert_outcomes(passed=sum(len(re.findall("^def test_", text, re.MULTILINE)) for text in snippets))
