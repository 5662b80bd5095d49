"""Load by wrk, the HTTP benchmark tool: plans of requests go in, figures come out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a plan."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run of wrk found. Latencies in milliseconds; `failed` had no answer, `refused` another than 2xx or 3xx."""

    requests: int
    seconds: float
    failed: int
    refused: int
    p50: float
    p99: float
    max: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def require_wrk() -> None:
    """Installs wrk where apt can, or says how to."""
    if shutil.which("wrk") is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "--quiet", "--yes", "wrk"], check=False, stdout=subprocess.DEVNULL)
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed; on Debian and Ubuntu: apt-get install wrk")


def write_plan(path: Path, requests: Iterable[Request]) -> Path:
    """A plan as the Lua file that the script reads."""
    path.write_text("return {\n" + "".join(f"{_lua(request)},\n" for request in requests) + "}\n")
    return path


def measure(base: str, plan: Path, seconds: float, connections: int = 8) -> Figures:
    """Runs a plan against a server for some seconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(SCRIPT), base]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PLAN": str(plan)})
    return Figures(**json.loads(ran.stdout.strip().splitlines()[-1]))


def _lua(request: Request) -> str:
    headers = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in request.headers.items())
    body = "nil" if request.body is None else json.dumps(request.body)
    return f"{{{json.dumps(request.method)}, {json.dumps(request.path)}, {{{headers}}}, {body}}}"
