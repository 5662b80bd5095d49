"""The commands about traffic that the suite did not make."""

import argparse
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..engine.interruption import interruptible
from ..engine.rule import Rule
from ..engine.settings import Settings
from ..engine.verdicts import Evidence, Outcome
from ..http.connection import ConnectionSettingsError, open_async_client
from ..report.visible import visible
from ..traffic.judge import Judge
from ..traffic.proxy import TIMEOUT, Proxy
from ..traffic.reading import RecordError, read
from ..traffic.redaction import Redactor
from ..traffic.serving import serve
from ..traffic.watching import Watch
from .option_values import UsageError, lag, require_certificates, require_folder, require_url
from .options import REPORTS

_PORT = re.compile(r"(?:(?P<host>[^:]*|\[[^]]+\]):)?(?P<port>\d{1,5})", re.ASCII)

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
    proxy = _add(commands, "proxy", "pass requests on to a server, and judge both sides", "--to URL [options]")
    proxy.add_argument("--to", required=True, metavar="URL", help="the server, base path included")
    proxy.add_argument(
        "--listen", default="127.0.0.1:4011", metavar="[HOST]:PORT", help="where to listen (default: 127.0.0.1:4011)"
    )
    proxy.add_argument("--record", type=Path, metavar="FILE", help="write what passes, keys redacted: a HAR, or .jsonl")
    proxy.add_argument("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    _add_judging(proxy)
    proxy.set_defaults(run=lambda options: _proxy(options, report))


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


def _proxy(options: argparse.Namespace, report: Report) -> int:
    require_url("--to", options.to)
    if options.ca_bundle is not None:
        require_certificates(options.ca_bundle)
    _require_reports(options)
    redactor, parts = Redactor(), urlsplit(options.to.rstrip("/"))
    base = f"{options.to.rstrip('/')}{'' if parts.path else '/v1'}"
    strict = options.profile == "strict"
    judge = Judge(redactor, strict=strict, client=True, lag=options.settle, urls=[base], tell=_tell)
    try:
        watch = Watch(judge, redactor, options.record)
        listener = socket.create_server(_address(options.listen))
        client = open_async_client(options.to, ca_bundle=options.ca_bundle, timeout=TIMEOUT)
    except OSError as error:
        raise UsageError(f"--listen {options.listen}, or --record {options.record}: {error.strerror}") from None
    except ConnectionSettingsError as error:
        raise UsageError(str(error)) from None
    here = f"http://{':'.join(map(str, listener.getsockname()[:2]))}"
    print(
        f"{here}{urlsplit(base).path} stands for {base}; Ctrl-C ends it with the verdict", file=sys.stderr, flush=True
    )
    with interruptible() as interruption:
        serve(Proxy(options.to, client, watch.observe), listener)
        interruption.reporting()
        note = watch.close()
        if note is not None:
            print(note, file=sys.stderr)
        return report(options, judge.outcome(), Settings(base, profile=options.profile))


def _address(text: str) -> tuple[str, int]:
    """Host and port; loopback where no host is given."""
    found = _PORT.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise UsageError(f"--listen {text!r} is no address; give one like 127.0.0.1:4011, or :4011")
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _tell(rule: Rule, evidence: Evidence) -> None:
    where = evidence.curl[0].removeprefix("# ")
    line = visible(f"{rule.id}: expected {evidence.expected}; got {evidence.got} ({where})")
    print(f"violated  {line}", file=sys.stderr, flush=True)
