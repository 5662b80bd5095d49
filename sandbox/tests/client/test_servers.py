"""Where the client finds a sandbox to start, when its own environment has none."""

import csv
import sys
from pathlib import Path

import httpx
import pytest
from sequences_sandbox_client import Sandbox, SandboxNotStarted, servers

READY = Path("ready.json")
SERVE = ["serve", "--host", "127.0.0.1", "--port", "0", "--ready-file", "ready.json"]
COMMON = ["--fixture", "empty", "--log-level", "warning", "--exit-with-stdin"]
WHEEL = "https://files.example/sequences_sandbox-0.1.0-py3-none-any.whl"
#: Stands in for a container engine: it knows one image, and runs the sandbox of this environment as its container would.
ENGINE = f"""#!{sys.executable}
import json, os, pathlib, sys
arguments = sys.argv[1:]
if arguments[:2] == ["image", "inspect"]:
    sys.exit(arguments[2] != "sequences-sandbox")
if arguments[0] == "port":
    print(json.loads(pathlib.Path(__file__ + arguments[1]).read_text())["url"].removeprefix("http://"))
    sys.exit()
assert arguments[arguments.index("--publish") + 1] == "127.0.0.1::4010"
ready = __file__ + arguments[arguments.index("--name") + 1]
options = arguments[arguments.index("sequences-sandbox") + 1:]
serve = ["-m", "sequences_sandbox", "serve", "--host", "127.0.0.1", "--port", "0", "--ready-file", ready, *options]
os.execv({sys.executable!r}, [{sys.executable!r}, *serve])
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which only the given programs are on PATH, and no sandbox in this environment."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("PACKAGE", "IMAGE"):
        monkeypatch.delenv(f"SEQUENCES_SANDBOX_{name}", raising=False)

    def has(*programs, text="#!/bin/sh\nexit 0\n"):
        for name in programs:
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        return tmp_path

    return has


def found():
    return servers.find_server("empty", READY, [])


def test_an_installed_one_comes_first(machine, monkeypatch):
    folder = machine("sequences-sandbox", "uvx", "pipx", "docker")
    monkeypatch.setenv("SEQUENCES_SANDBOX_PACKAGE", WHEEL)
    assert found().command == [f"{folder}/sequences-sandbox", *SERVE, *COMMON]


@pytest.mark.parametrize(("runner", "run"), [("uvx", ["--from", WHEEL]), ("pipx", ["run", "--spec", WHEEL])])
def test_a_package_runner_is_used_where_it_is_told_what_to_run(machine, monkeypatch, runner, run):
    folder = machine(runner, "docker")
    assert found().command[0] == f"{folder}/docker"
    monkeypatch.setenv("SEQUENCES_SANDBOX_PACKAGE", WHEEL)
    assert found().command == [f"{folder}/{runner}", *run, "sequences-sandbox", *SERVE, *COMMON]


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_a_container_engine_with_the_image_is_used_and_its_token_stands_in_no_command(machine, engine):
    folder = machine(engine)
    server = found()
    name = server.command[5]
    assert server.variables == {"SEQUENCES_SANDBOX_ADMIN_TOKEN": server.admin_token}
    assert server.command == [
        f"{folder}/{engine}", "run", "--rm", "--interactive", "--name", name, "--publish", "127.0.0.1::4010",
        "--env", "SEQUENCES_SANDBOX_ADMIN_TOKEN", "sequences-sandbox", "--fault-header", *COMMON,
    ]  # fmt: skip
    assert server.address == [f"{folder}/{engine}", "port", name, "4010"]
    assert found().command[5] != name


def test_a_fixture_file_is_mounted_in_a_container_and_another_image_can_be_named(machine, monkeypatch, tmp_path):
    machine("docker", text="#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("SEQUENCES_SANDBOX_IMAGE", "registry.example/sandbox:2")
    monkeypatch.chdir(tmp_path)
    Path("mine, yours.yaml").touch()
    command = servers.find_server("mine, yours.yaml", READY, []).command
    fields = [
        "type=bind",
        f"source={tmp_path.resolve()}/mine, yours.yaml",
        "target=/fixture/mine, yours.yaml",
        "readonly",
    ]
    assert next(csv.reader([command[11]])) == fields
    assert [command[10], *command[12:14]] == ["--mount", "registry.example/sandbox:2", "--fault-header"]
    assert command[14:16] == ["--fixture", "/fixture/mine, yours.yaml"]


def test_a_fixture_file_that_is_not_there_starts_no_container(machine, tmp_path):
    machine("docker")
    with pytest.raises(
        SandboxNotStarted, match=r"absent\.yaml is not there or no file; give the path of a fixture, or"
    ):
        Sandbox.start(tmp_path / "absent.yaml")


def test_a_container_serves_until_it_is_stopped(machine):
    machine("docker", text=ENGINE)
    with Sandbox.start("empty") as sandbox:
        assert httpx.post(f"{sandbox.url}/_sandbox/worlds", json={}, trust_env=False).status_code == 401
        with sandbox.world() as world:
            assert world.describe()["fixture"] == "empty"


PACKAGED = "set SEQUENCES_SANDBOX_PACKAGE to its wheel or git+https URL for {}, or "
BUILT = "build the image 'sequences-sandbox' with {}, or set SEQUENCES_SANDBOX_IMAGE to another, or "


@pytest.mark.parametrize(
    ("programs", "ways"),
    [
        ((), ""),
        (("uvx",), PACKAGED.format("uvx")),
        (("docker",), BUILT.format("docker")),
        (("pipx", "podman"), PACKAGED.format("pipx") + BUILT.format("podman")),
    ],
)
def test_where_there_is_none_one_sentence_says_what_helps_on_this_machine(machine, programs, ways):
    machine(*programs, text="#!/bin/sh\nexit 1\n")
    with pytest.raises(SandboxNotStarted) as caught:
        Sandbox.start("empty")
    assert str(caught.value) == (
        "There is no sandbox to start here: install sequences-sandbox in this environment or in one whose programs are on "
        f"PATH, or {ways}name a running sandbox by --sequences-sandbox-url or Sandbox.connect."
    )
