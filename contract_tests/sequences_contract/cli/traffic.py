"""The commands about traffic that the suite did not make."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..engine.settings import Settings
from ..engine.verdicts import Outcome
from ..traffic.judge import Judge
from ..traffic.reading import RecordError, read
from ..traffic.redaction import Redactor
from .option_values import UsageError, lag, require_folder, require_url
from .options import REPORTS

Report = Callable[[argparse.Namespace, Outcome, Settings], int]
_STATUSES = "exit status: 0 the traffic conforms, 1 it breaks the contract, 2 it cannot be judged. See docs/traffic.md."


def add_traffic_commands(commands: Any, report: Report) -> None:
    """Declares the commands; `report` writes what one of them found, and gives its exit status."""
    judge = _add(commands, "judge", "hold recorded traffic to the contract; sends nothing", "FILE [options]")
    judge.add_argument(
        "file", type=Path, metavar="FILE", help="a HAR, a journal of the sandbox, or JSON Lines (.jsonl)"
    )
    judge.add_argument("--client", action="store_true", help="judge the client's requests too")
    judge.add_argument(
        "--url", action="append", default=[], help="the base URL of what is judged (default: what is found); repeatable"
    )
    _add_judging(judge)
    judge.set_defaults(run=lambda options: _judge(options, report))


def _add(commands: Any, name: str, what: str, usage: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", usage=f"%(prog)s {usage}", epilog=_STATUSES
    )
    for report in REPORTS:
        if report != "html":
            parser.add_argument(f"--report-{report}", type=Path, metavar="FILE", help=REPORTS[report])
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


def _require_reports(options: argparse.Namespace) -> None:
    for name in REPORTS:
        path = getattr(options, f"report_{name}")
        if path is not None:
            require_folder(path)


def _judge(options: argparse.Namespace, report: Report) -> int:
    for url in options.url:
        require_url("--url", url)
    if not options.file.is_file():
        raise UsageError(f"{options.file}: there is no such file; give a recording")
    _require_reports(options)
    redactor, failure = Redactor(), None
    judge = Judge(
        redactor, strict=options.profile == "strict", client=options.client, lag=options.settle, urls=options.url
    )
    try:
        for exchange in read(options.file, redactor):
            judge.observe(exchange)
    except RecordError as error:
        failure = redactor.text(str(error))
    return report(options, judge.outcome(failure), Settings(str(options.file), profile=options.profile))
