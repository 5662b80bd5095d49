"""docs/frameworks.md: the examples are run; those of Python in one pytest."""

import re

import pytest

pytest_plugins = ["pytester"]
DJANGO = """
from django.conf import settings

settings.configure(ROOT_URLCONF="views", ALLOWED_HOSTS=["testserver"])
"""
JAVA = """
public class Try {
    public static void main(String[] arguments) throws Exception {
        try (var world = new SandboxWorld(arguments[0], null, "every_status")) {
            System.out.println(%s);
        }
    }
}
"""


@pytest.fixture
def page(page_named):
    return page_named("frameworks.md")


def test_the_examples_in_python_work(page, pytester, monkeypatch, sequences_sandbox):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", sequences_sandbox.url)
    for name in ("requests", "httpx"):
        (block,) = [text for text in page.blocks("python") if f"def test_{name}" in text]
        (pytester.path / f"test_{name}_library.py").write_text(block)
    page.create_files(pytester.path)
    (pytester.path / "conftest.py").write_text(DJANGO)
    done = pytester.runpytest_subprocess("-p", "sequences_sandbox_client.pytest_plugin", timeout=120)
    done.assert_outcomes(passed=sum(text.count("\ndef test_") for text in page.blocks("python")))


def test_the_example_in_go_works(page, program, tmp_path, shell):
    program("go")
    (tmp_path / "recipe_test.go").write_text(page.blocks("go")[0])
    (tmp_path / "go.mod").write_text("module recipe\n\ngo 1.19\n")
    assert shell("go test ./...").splitlines()[-1].startswith("ok")


def test_the_example_in_java_works(page, program, tmp_path, shell):
    program("java")
    world, contained = page.blocks("java")
    (call,) = re.findall(r"world\.call\(.*\)(?=;)", contained)
    imports, declared = re.split(r"(?=^/\*\* A private world)", world, maxsplit=1, flags=re.MULTILINE)
    (tmp_path / "Try.java").write_text(imports + JAVA % call + declared)
    assert '"event":"wake"' in shell('java Try.java "$SEQUENCES_SANDBOX_URL"').replace(" ", "")
