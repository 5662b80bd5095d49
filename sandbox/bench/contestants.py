"""The servers that are compared: how each is installed, started, and given the nearest equal work."""

import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from work import TOKEN, write_contract, write_mockoon, write_wiremock

SCRATCH = Path(__file__).resolve().parents[2] / ".bench"
_NODE = SCRATCH / "node"
_MOTO = SCRATCH / "moto"
_PACKAGES = {"@stoplight/prism-cli": "5.14.2", "@mockoon/cli": "9.9.0", "wiremock": "3.13.2"}
_MOTO_VERSION = "5.2.5"
SANDBOX = "Sandbox"
WITHOUT_LOG = "Sandbox, no access log"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server. `does` says of each kind of work whether it is done, or how."""

    name: str
    command: Callable[[int], list[str]]
    does: Mapping[str, str]
    prepare: Callable[[], None] = lambda: None
    first: str = "/v1/sequences"
    """The path whose first answer counts as started; any status will do."""


@dataclass(slots=True)
class Running:
    """A contestant at work."""

    contestant: Contestant
    process: subprocess.Popen[bytes]
    base: str
    seconds_to_start: float
    log: Path = field(default_factory=Path)

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(contestant: Contestant) -> Running:
    """Starts a contestant on a free port, and waits for its first answer with a status of 200, or for moto's first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = SCRATCH / f"{contestant.name.lower().replace(' ', '-')}.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(contestant.command(port), stdout=output, stderr=subprocess.STDOUT)
    base = f"http://127.0.0.1:{port}"
    request = urllib.request.Request(base + contestant.first, headers={"Authorization": f"Bearer {TOKEN}"})
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                if answer.status == 200:
                    return Running(contestant, process, base, time.perf_counter() - began, log)
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.005)
    process.kill()
    raise RuntimeError(f"{contestant.name} did not start; {log} has what it said")


def contestants(world: Path) -> list[Contestant]:
    """Every contestant that can be had on this machine, the sandbox first."""
    found = [_sandbox(SANDBOX, world), _sandbox(WITHOUT_LOG, world, "--log-level", "warning")]
    if _node_packages():
        found += [_prism(), _mockoon()]
        jar = next((_NODE / "node_modules" / "wiremock" / "build").glob("*.jar"), None)
        if jar is not None and _succeeds(["java", "-version"]):
            found.append(_wiremock(jar))
    if _moto_installed():
        found.append(_moto())
    return found


def _sandbox(name: str, world: Path, *options: str) -> Contestant:
    binary = str(Path(sys.executable).with_name("sequences-sandbox"))
    return Contestant(
        name,
        lambda port: [binary, "serve", "--port", str(port), "--fixture", str(world), *options],
        {
            "key": "yes, and its scope", "parameters": "yes", "body": "yes", "state": "yes, and time",
            "response": "from state", "journal": "on",
        },
    )  # fmt: skip


def _prism() -> Contestant:
    contract = SCRATCH / "contract.yaml"
    prism = str(_NODE / "node_modules/.bin/prism")
    return Contestant(
        f"Prism {_PACKAGES['@stoplight/prism-cli']}",
        lambda port: [prism, "mock", "--port", str(port), "--verboseLevel", "silent", str(contract)],
        {
            "key": "that there is one", "parameters": "yes", "body": "yes", "state": "no",
            "response": "a fixed example, validated", "journal": "no",
        },
        lambda: write_contract(contract),
    )  # fmt: skip


def _mockoon() -> Contestant:
    data = SCRATCH / "mockoon.json"
    mockoon = str(_NODE / "node_modules/.bin/mockoon-cli")
    quiet = ["--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0", "--repair"]
    return Contestant(
        f"Mockoon {_PACKAGES['@mockoon/cli']}",
        lambda port: [mockoon, "start", "--data", str(data), "--port", str(port), "--hostname", "127.0.0.1", *quiet],
        {
            "key": "compared", "parameters": "no", "body": "no", "state": "no", "response": "a fixed text",
            "journal": "off",
        },
        lambda: write_mockoon(data),
    )  # fmt: skip


def _wiremock(jar: Path) -> Contestant:
    folder = SCRATCH / "wiremock"
    quiet = ["--no-request-journal", "--disable-banner", "--async-response-enabled", "false"]
    return Contestant(
        f"WireMock {_PACKAGES['wiremock']}",
        lambda port: ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(folder), *quiet],
        {
            "key": "compared", "parameters": "no", "body": "one field", "state": "no", "response": "a fixed text",
            "journal": "off",
        },
        lambda: write_wiremock(folder),
    )  # fmt: skip


def _moto() -> Contestant:
    return Contestant(
        f"Moto {_MOTO_VERSION}",
        lambda port: [str(_MOTO / "bin/moto_server"), "--host", "127.0.0.1", "--port", str(port)],
        {
            "key": "no", "parameters": "yes", "body": "yes", "state": "yes (DynamoDB)", "response": "from state",
            "journal": "off",
        },
        first="/moto-api/",
    )  # fmt: skip


def _node_packages() -> bool:
    if not _succeeds(["npm", "--version"]):
        return False
    _NODE.mkdir(parents=True, exist_ok=True)
    if all((_NODE / "node_modules" / name).exists() for name in _PACKAGES):
        return True
    wanted = [f"{name}@{version}" for name, version in _PACKAGES.items()]
    return _succeeds(["npm", "install", "--prefix", str(_NODE), "--no-audit", "--no-fund", "--silent", *wanted])


def _moto_installed() -> bool:
    if (_MOTO / "bin/moto_server").exists():
        return True
    venv.create(_MOTO, with_pip=True)
    pip = [str(_MOTO / "bin/pip"), "--disable-pip-version-check", "install", "--quiet"]
    return _succeeds([*pip, f"moto[server,dynamodb]=={_MOTO_VERSION}"])


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
