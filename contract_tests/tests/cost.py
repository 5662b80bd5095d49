"""What a run of the suite costs: time, processor time and requests, near and far, and the rules that ask most.

As a program (`python contract_tests/tests/cost.py [--write]`) it serves the sandbox with the fixture `contract`, runs the
command against it through a proxy that holds each response back, and prints docs/suite-cost.md; `--write` writes it there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[2])
from sequences_contract.http.keys import KEY_VARIABLES

from contract_tests.tests.distance import away

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "suite-cost.md"
DELAYS = (0, 50, 200)
#: Rules that are listed.
_TOP = 20
#: Why rules need as many requests as they do, by a pattern of their ids.
REASONS = {
    r"journeys\.model": "a dozen walks of up to thirty steps, each of which is judged",
    r"robustness\.stateful.*": "walks along the links of the contract, by Schemathesis",
    r"robustness\..*": "Schemathesis tries every parameter at its bounds, missing and of other types",
    r"list\..*\.pages\.\w+": "pages of several sizes from everywhere in the list, for each filter or order",
    r"list\..*\.filters\..*": "each combination of filters, and of orders where they count",
    r"list\..*\.bound\..*": "times that exist, just beside them, with other offsets, and far away",
    r"list\..*\.sort\..*": "both directions, under each value of each filter",
    r"list\..*": "one request or more for each value that the parameter may have",
    r"stop\.company\.stops_active_siblings": "the stops of all rules about COMPANY, every run read after each",
    r"stop\..*": "every run is read before and after a stop",
    r"get\..*": "one request for each item of a sample that holds every status",
    r"update\.(every_status|keeps_status).*": "a run of each status, read, changed and put back",
    r"update\.strings_kept": "each string and name is written, and read back",
    r"body\..*": "each bad body, and a look that nothing changed",
    r".*": "one case after the other, each with a look at what it did",
}
_ROLES = ("readwrite", "readonly", "writeonly", "noscope", "other_readwrite")
_ALL = ("--profile", "strict", "--allow-writes", "--allow-stops", "all", "--fixture", "contract")


@dataclass(frozen=True)
class Way:
    """A way to run the suite, and the seconds that it may take at each of DELAYS."""

    name: str
    options: tuple[str, ...]
    control: bool
    wanted: tuple[float, ...]


WAYS = {
    "read": Way("reading, profile documented", (), False, (10, 20, 40)),
    "strict": Way("everything, profile strict", _ALL, False, (45, 90, 240)),
    "quick": Way("everything, `--quick`", (*_ALL, "--quick"), False, (10, 10, 10)),
    "quick-control": Way("everything, `--quick`, with `--control`", (*_ALL, "--quick"), True, (10, 10, 10)),
    "control": Way("everything, profile strict, with `--control`", _ALL, True, (15, 45, 150)),
}


@dataclass(frozen=True)
class Measured:
    """One run: the whole report, and its cost in seconds."""

    way: str
    delay: int
    status: int
    seconds: float
    processor: float
    load: float
    report: Mapping[str, Any]


@contextmanager
def sandbox() -> Iterator[int]:
    """The port of a sandbox with the fixture `contract`."""
    command = [
        sys.executable,
        "-m",
        "sequences_sandbox",
        "serve",
        "--fixture",
        "contract",
        "--port",
        "0",
        "--log-level",
        "warning",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(int(found[1]) for line in process.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        finally:
            process.terminate()


def measure(way: str, delay: int, *more: str) -> Measured:
    """Runs the command once, `delay` milliseconds away."""
    keys = {KEY_VARIABLES[r]: f"topo_contract_{name}" for r, name in zip(KEY_VARIABLES, _ROLES, strict=True)}
    with tempfile.TemporaryDirectory() as folder, sandbox() as near, away(near, delay / 1000) as port:
        report, url = Path(folder) / "report.json", f"http://127.0.0.1:{port}"
        control = ("--control", url) if WAYS[way].control else ()
        command = [sys.executable, "-m", "sequences_contract.cli", "check", "--url", f"{url}/v1", *WAYS[way].options]
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, *control, *more, "--report-json", str(report)], env=os.environ | keys,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
        document = json.loads(report.read_text("utf-8"))
        return Measured(way, delay, process.returncode, seconds, processor, os.getloadavg()[0], document)


def main() -> int:
    """Measures what is asked for, and prints the page; 1 where a run did not find that the sandbox conforms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}; all unless named")
    parser.add_argument("--delay", type=int, action="append", choices=DELAYS, help="only at this distance; repeatable")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep each measurement there, and use what it holds"
    )
    parser.add_argument("--option", action="append", default=[], help="a further option of the command; repeatable")
    parser.add_argument("--write", action="store_true", help=f"write the page to {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    found = []
    for way in options.ways or WAYS:
        for delay in options.delay or DELAYS:
            found.append(_kept(options.keep, way, delay, options.option))
            sys.stderr.write(f"{_shown(found[-1])}\n")
            sys.stderr.flush()
    text = "\n".join(page(found)) + "\n"
    sys.stdout.write(text)
    if options.write:
        PAGE.write_text(text, "utf-8")
    return 0 if all(one.status == 0 for one in found) else 1


def _kept(folder: Path | None, way: str, delay: int, more: Sequence[str]) -> Measured:
    if folder is None:
        return measure(way, delay, *more)
    file = folder / f"{way}-{delay}.json"
    if not file.exists():
        file.write_text(json.dumps(asdict(measure(way, delay, *more))), "utf-8")
    return Measured(**json.loads(file.read_text("utf-8")))


def _shown(one: Measured) -> str:
    requests = one.report["totals"]["requests"]
    return (
        f"{one.way} at {one.delay} ms: {one.seconds:.1f} s, {one.processor:.1f} s of processor, {requests} requests,"
        f" exit {one.status}, load {one.load:.1f}"
    )


def page(found: Sequence[Measured]) -> Iterator[str]:
    """docs/suite-cost.md."""
    least, most = (pick(one.load for one in found) for pick in (min, max))
    yield from (
        "# What a run of the contract suite costs", "",
        fill(
            "Made by `python contract_tests/tests/cost.py --write`, with the sandbox and the fixture `contract`. A proxy"
            " holds each response back for so long. Processor seconds are those of the suite alone. *Wanted* is the time in"
            " seconds that we aim at: where more is taken, that is still to be done. Rows that are missing were not"
            " measured.",
            120,
        ), "",
        fill(
            f"The machine has {os.cpu_count()} processors. The sandbox and the proxy used them too, and so did other"
            f" programs: the load average was {least:.1f} to {most:.1f} at the end of the runs. Where it is higher than the"
            " number of processors, a run takes longer than it would alone.", 120,
        ), "",
        "| run | response held back | seconds | wanted | processor seconds | requests |", "|---|---:|---:|---:|---:|---:|",
    )  # fmt: skip
    for one in found:
        way, requests = WAYS[one.way], one.report["totals"]["requests"]
        wanted = way.wanted[DELAYS.index(one.delay)]
        yield f"| {way.name} | {one.delay} ms | {one.seconds:.0f} | {wanted} | {one.processor:.1f} | {requests:,} |"
    yield from _most(next((one for one in found if one.way == "control"), found[-1]))


def _most(one: Measured) -> Iterator[str]:
    rules = sorted(one.report["rules"], key=lambda rule: (-rule["requests"], rule["id"]))
    top, sent = rules[:_TOP], sum(rule["requests"] for rule in rules)
    share = sum(rule["requests"] for rule in top)
    yield from (
        "", "## The rules that ask most", "",
        fill(
            f"In the run \"{WAYS[one.way].name}\", {len(rules)} rules sent {sent:,} requests themselves. These {len(top)}"
            f" sent {share:,} of them. `--report-json` has the requests and seconds of every rule.", 120,
        ), "",
        "| rule | requests | why |", "|---|---:|---|",
    )  # fmt: skip
    for rule in top:
        why = next(why for beginning, why in REASONS.items() if re.fullmatch(beginning, rule["id"]))
        yield f"| `{rule['id']}` | {rule['requests']} | {why} |"


if __name__ == "__main__":
    sys.exit(main())
