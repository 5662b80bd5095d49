"""docs/javascript.md and the client for JavaScript: its tests, its types, and what the page shows."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "js"
CLIENT = "sequences-sandbox.mjs"


@pytest.fixture
def page(page_named):
    return page_named("javascript.md")


@pytest.fixture
def project(page, tmp_path):
    """A folder with the client, its tests, and every file of the page, and the node_modules of `make pytest`, if any."""
    for file in FOLDER.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    page.create_files(tmp_path)
    modules = Path(sys.prefix, "node_modules")
    if modules.exists():  # `node --test` fails at a link that leads nowhere
        (tmp_path / "node_modules").symlink_to(modules)
    return tmp_path


@pytest.fixture
def tools(project):
    """Skips where `make pytest` found no npm; where everything has to be tested, it fails."""
    if not (project / "node_modules" / ".bin" / "tsc").exists():
        assert not os.environ.get("CI"), "TypeScript and the runners are missing; run: make pytest, with npm"
        pytest.skip("no TypeScript and runners here; make pytest installs them where there is npm")


def test_the_tests_of_the_client_and_those_of_the_page_pass(shell, program, project, page):
    program("node")
    (command,) = [block for block in page.blocks("sh") if block.startswith("node")]
    printed = shell(command)
    written = sum(len(re.findall(r"^test\(", file.read_text(), re.MULTILINE)) for file in project.glob("*.test.mjs"))
    assert re.search(rf"^\S+ pass {written}$", printed, re.MULTILINE), printed


def test_the_types_of_the_client_and_those_from_the_contract_hold(shell, tools, project, page):
    (install,) = [block for block in page.blocks("sh") if block.startswith("npm")]
    shell(install.splitlines()[-1])
    settings = json.loads((project / "tsconfig.json").read_text())
    (project / "tsconfig.json").write_text(json.dumps({**settings, "files": [CLIENT, "typed.ts"]}))
    shell("npx tsc --project .")


def test_the_set_up_for_vitest_works(shell, tools):
    assert re.search(r"Tests +1 passed", shell("npx vitest run", NO_COLOR="1"))


def test_the_set_up_for_jest_works(shell, tools, page):
    (command,) = [block.strip() for block in page.blocks("sh") if "npx jest" in block]
    assert re.search(r"Tests: +1 passed", shell(f"{command} 2>&1", NO_COLOR="1"))


def test_the_set_up_for_playwright_works(shell, program, tools, project, page, free_ports):
    """With Debian's Chromium, and the page on a free port."""
    config = project / "playwright.config.mjs"
    (port,) = free_ports(1)
    config.write_text(config.read_text().replace("3000", str(port)))
    launch = {"executablePath": program("chromium"), "args": ["--no-sandbox"]}
    (project / "here.mjs").write_text(
        'import config from "./playwright.config.mjs";\n'
        f"export default {{ ...config, use: {{ ...config.use, launchOptions: {json.dumps(launch)} }} }};\n"
    )
    (command,) = [block.strip() for block in page.blocks("sh") if block.startswith("npx playwright")]
    assert "2 passed" in shell(f"{command} --config here.mjs --reporter line", NO_COLOR="1")


def test_every_method_is_on_the_page(page):
    methods = re.findall(r"^  (?:static )?(?:async |get )?(\w+)\(.*\{$", (FOLDER / CLIENT).read_text(), re.MULTILINE)
    listed = page.text.partition("## What there is")[2].partition("## Vitest")[0]
    assert [name for name in methods if name != "constructor" and not re.search(rf"\.{name}\b", listed)] == []
