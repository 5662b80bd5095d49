"""Where a sandbox can be started from: this environment, another one, a runner of packages, or a container."""

import csv
import importlib.util
import io
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .errors import SandboxNotStarted
from .installation import PACKAGE
from .variables import PREFIX

__tracebackhide__ = True

_PROGRAM: Final = "sequences-sandbox"
_PORT: Final = 4010
_SECONDS_TO_LOAD: Final = 60.0
_SECONDS_TO_FETCH: Final = 600.0
_SECONDS_TO_ASK: Final = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A command that serves until its standard input ends, with variables of its own.

    It says where it is, and with which token, in its ready file. One in a container cannot: the command `address` prints
    its host and port once it runs, and it needs the `admin_token`.
    """

    command: Sequence[str]
    seconds: float = _SECONDS_TO_LOAD
    variables: Mapping[str, str] = field(default_factory=dict)
    address: Sequence[str] = ()
    admin_token: str = ""


def find_server(fixture: str, ready: Path, arguments: Sequence[str]) -> Server:
    """The first way that this machine has. Raises SandboxNotStarted where it has none."""
    common = ["--fixture", fixture, "--log-level", "warning", "--exit-with-stdin", *arguments]
    for program, seconds in _programs():
        serve = ["serve", "--host", "127.0.0.1", "--port", "0", "--ready-file", str(ready)]
        return Server([*program, *serve, *common], seconds)
    for engine, image in _containers():
        return _in_container(engine, image, fixture, common)
    ways = [f"install {_PROGRAM} in this environment or in one whose programs are on PATH"]
    if runners := _installed("uvx", "pipx"):
        ways.append(f"set {PREFIX}PACKAGE to its wheel or git+https URL for {Path(runners[0]).name}")
    if engines := _installed("docker", "podman"):
        ways.append(f"build the image {_PROGRAM!r} with {Path(engines[0]).name}, or set {PREFIX}IMAGE to another")
    ways.append("name a running sandbox by --sequences-sandbox-url or Sandbox.connect")
    raise SandboxNotStarted(f"There is no sandbox to start here: {', or '.join(ways)}.")


def environment(server: Server) -> dict[str, str]:
    """This process's variables, less the options of another sandbox."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**others, **server.variables}


def _programs() -> Iterator[tuple[list[str], float]]:
    if importlib.util.find_spec("sequences_sandbox") is not None:
        # -P: the working folder is the user's, and may hold modules of any name.
        yield [sys.executable, "-P", "-m", "sequences_sandbox"], _SECONDS_TO_LOAD
    if installed := shutil.which(_PROGRAM):
        yield [installed], _SECONDS_TO_LOAD
    package = os.environ.get(f"{PREFIX}PACKAGE") or PACKAGE
    if package and (uvx := shutil.which("uvx")):
        yield [uvx, "--from", package, _PROGRAM], _SECONDS_TO_FETCH
    if package and (pipx := shutil.which("pipx")):
        yield [pipx, "run", "--spec", package, _PROGRAM], _SECONDS_TO_FETCH


def _containers() -> Iterator[tuple[str, str]]:
    """Engines that have the image; one that is named is fetched if need be."""
    named = os.environ.get(f"{PREFIX}IMAGE")
    for engine in _installed("docker", "podman"):
        if named or printed([engine, "image", "inspect", _PROGRAM]) is not None:
            yield engine, named or _PROGRAM


def _installed(*names: str) -> list[str]:
    """The paths of those programs that are on PATH."""
    return [path for path in map(shutil.which, names) if path]


def printed(command: Sequence[str]) -> str | None:
    """The first line of what a command prints; None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS_TO_ASK, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.partition("\n")[0].strip()


def _in_container(engine: str, image: str, fixture: str, arguments: Sequence[str]) -> Server:
    """A container listens beyond its loopback, so that it needs an admin token; it stands in no list of processes."""
    token, name = secrets.token_urlsafe(24), f"{_PROGRAM}-{secrets.token_hex(8)}"
    variable = f"{PREFIX}ADMIN_TOKEN"
    published = ["--publish", f"127.0.0.1::{_PORT}"]
    run = [engine, "run", "--rm", "--interactive", "--name", name, *published, "--env", variable]
    arguments = ["--fault-header", *arguments]
    if Path(fixture).suffix:
        inside = f"/fixture/{Path(fixture).name}"
        run += ["--mount", _mount(Path(fixture), inside)]
        arguments = [inside if each == fixture else each for each in arguments]
    address = [engine, "port", name, str(_PORT)]
    return Server([*run, image, *arguments], _SECONDS_TO_FETCH, {variable: token}, address, token)


def _mount(file: Path, inside: str) -> str:
    """How a container gets a file to read: fields as in CSV, so that a path may have a comma. Raises SandboxNotStarted."""
    if not file.is_file():
        raise SandboxNotStarted(
            f"{file} is not there or no file; give the path of a fixture, or the name of one that ships."
        )
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(
        ["type=bind", f"source={file.resolve()}", f"target={inside}", "readonly"]
    )
    return written.getvalue()
