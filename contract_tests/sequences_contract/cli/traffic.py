"""The commands about traffic that the suite did not make: their options."""

import argparse
import math
from pathlib import Path
from typing import Any

from ..http.keys import KEY_VARIABLES
from .option_values import lag, rate
from .options import REPORTS, add_reports
from .traffic_runs import Report, drift, judge, proxy

_STATUSES = "exit status: 0 nothing is violated or differs, 1 something is, 2 it cannot be judged. See docs/traffic.md."


def add_traffic_commands(commands: Any, report: Report) -> None:
    """Declares the commands; `report` writes what one of them found, and gives its exit status."""
    judging = _add(commands, "judge", "hold recorded traffic to the contract; sends nothing", "FILE [options]")
    judging.add_argument(
        "file", type=Path, metavar="FILE", help="a HAR, a journal of the sandbox, or JSON Lines (.jsonl)"
    )
    judging.add_argument("--client", action="store_true", help="judge the client's requests too")
    judging.add_argument(
        "--url", action="append", default=[], help="the base URL of what is judged (default: what is found); repeatable"
    )
    _add_judging(judging)
    judging.set_defaults(run=lambda options: judge(options, report))
    passing = _add(commands, "proxy", "pass requests on to a server, and judge both sides", "--to URL [options]")
    passing.add_argument("--to", required=True, metavar="URL", help="the server, base path included")
    passing.add_argument(
        "--listen", default="127.0.0.1:4011", metavar="[HOST]:PORT", help="where to listen (default: 127.0.0.1:4011)"
    )
    passing.add_argument(
        "--record", type=Path, metavar="FILE", help="write what passes, keys redacted: a HAR, or .jsonl"
    )
    passing.add_argument("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    _add_judging(passing)
    passing.set_defaults(run=lambda options: proxy(options, report))
    comparing = _add(
        commands, "drift", "send recorded reads to a server, and compare", "--record FILE --against URL [options]"
    )
    comparing.add_argument("--record", type=Path, required=True, metavar="FILE", help="what `judge` reads")
    comparing.add_argument("--against", required=True, metavar="URL", help="the server to compare, base path included")
    comparing.add_argument("--key", metavar="KEY", help=f"a key of that server [{KEY_VARIABLES['key']}]")
    comparing.add_argument(
        "--write-run",
        action="append",
        default=[],
        metavar="ID",
        help="send recorded writes to this run too; repeatable",
    )
    comparing.add_argument("--url", action="append", default=[], help="the base URL of what is recorded; repeatable")
    comparing.add_argument(
        "--rate", type=rate, default=math.inf, metavar="N/s", help="requests a second at most, such as 20/s"
    )
    comparing.add_argument("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    comparing.set_defaults(run=lambda options: drift(options, report))


def _add(commands: Any, name: str, what: str, usage: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", usage=f"%(prog)s {usage}", epilog=_STATUSES
    )
    add_reports(parser, (report for report in REPORTS if report != "html"))
    parser.set_defaults(report_html=None)
    return parser


def _add_judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", choices=("documented", "strict"), default="documented",
        help="what is documented, or every decision of openapi.yaml too (default: documented)",
    )  # fmt: skip
    parser.add_argument(
        "--settle", type=lag, default=0.0, metavar="SECONDS", help="how long reads may lag behind writes (default: 0)"
    )
