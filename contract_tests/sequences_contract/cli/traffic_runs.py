"""The commands about traffic that the suite did not make: what each does."""

import argparse
import contextlib
import re
import socket
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ..engine.errors import Untestable
from ..engine.interruption import interruptible
from ..engine.rule import Rule
from ..engine.settings import Settings
from ..engine.verdicts import Evidence, Outcome
from ..http.connection import ConnectionSettingsError, open_async_client
from ..http.keys import KEY_VARIABLES
from ..http.target import Target, TargetError
from ..report.visible import visible
from ..traffic.drift import Drift, failure_of
from ..traffic.exchange import Exchange
from ..traffic.judge import Judge
from ..traffic.proxy import TIMEOUT, Proxy
from ..traffic.reading import RecordError, Unreadable, read
from ..traffic.redaction import Redactor
from ..traffic.serving import serve
from ..traffic.watching import Watch
from .option_values import UsageError, require_certificates, require_folder, require_id, require_url
from .options import REPORTS
from .plan import read_secret, require_known_variables

_PORT = re.compile(r"(?:(?P<host>[^:]*|\[[^]]+\]):)?(?P<port>\d{1,5})", re.ASCII)

Report = Callable[[argparse.Namespace, Outcome, Settings], int]


def _require_reports(options: argparse.Namespace) -> None:
    for name in REPORTS:
        path = getattr(options, f"report_{name}")
        if path is not None:
            require_folder(path)


def judge(options: argparse.Namespace, report: Report) -> int:
    """Judges a recording."""
    for url in options.url:
        require_url("--url", url)
    _require_file(options.file)
    _require_reports(options)
    redactor = Redactor()
    judging = Judge(
        redactor, strict=options.profile == "strict", client=options.client, lag=options.settle, urls=options.url
    )
    with interruptible() as interruption:
        failure, notes = _observe_all(options.file, redactor, judging.observe)
        interruption.reporting()
    outcome = judging.outcome(failure)
    outcome = replace(outcome, notes=outcome.notes + notes)
    return report(options, outcome, Settings(str(options.file), profile=options.profile, spec_path=options.spec_path))


def proxy(options: argparse.Namespace, report: Report) -> int:
    """Passes requests on and judges them, until it is interrupted."""
    require_url("--to", options.to)
    if options.ca_bundle is not None:
        require_certificates(options.ca_bundle)
    _require_reports(options)
    redactor, parts = Redactor(), urlsplit(options.to.rstrip("/"))
    base = f"{options.to.rstrip('/')}{'' if parts.path else '/v1'}"
    strict = options.profile == "strict"
    judging = Judge(redactor, strict=strict, client=True, lag=options.settle, urls=[base], tell=_tell)
    try:
        client = open_async_client(options.to, ca_bundle=options.ca_bundle, timeout=TIMEOUT)
    except ConnectionSettingsError as error:
        raise UsageError(str(error)) from None
    watch, listener = _open(options, judging, redactor)
    here = f"{_url_of(listener)}{urlsplit(base).path}"
    print(f"{here} stands for {base}; Ctrl-C ends it with the verdict", file=sys.stderr, flush=True)
    with interruptible() as interruption:
        serve(Proxy(options.to, client, watch.observe), listener)
        interruption.reporting()
        note = watch.close()
        if note is not None:
            print(note, file=sys.stderr)
        return report(
            options,
            judging.outcome(watch.failure),
            Settings(base, profile=options.profile, spec_path=options.spec_path),
        )


def drift(options: argparse.Namespace, report: Report) -> int:
    """Sends what was recorded to another server, and compares."""
    require_known_variables()
    require_url("--against", options.against)
    for url in options.url:
        require_url("--url", url)
    for run_id in options.write_run:
        require_id("--write-run", run_id)
    if options.ca_bundle is not None:
        require_certificates(options.ca_bundle)
    _require_file(options.record)
    _require_reports(options)
    key = read_secret("--key", options.key, KEY_VARIABLES["key"])
    if key is None:
        raise UsageError(f"give a key of the server: --key, or {KEY_VARIABLES['key']} in the environment")
    redactor = Redactor()
    try:
        target = Target(options.against, {"key": key}, ca_bundle=options.ca_bundle, rate=options.rate)
    except ConnectionSettingsError as error:
        raise UsageError(str(error)) from None
    comparing = Drift(target, redactor, options.url, frozenset(one.lower() for one in options.write_run))
    with interruptible() as interruption, contextlib.closing(target):
        failure, notes = _observe_all(options.record, redactor, comparing.observe)
        interruption.reporting()
    outcome = comparing.outcome(failure)
    outcome = replace(outcome, notes=outcome.notes + notes)
    return report(options, outcome, Settings(options.against, {"key": key}, spec_path=options.spec_path))


def _open(options: argparse.Namespace, judging: Judge, redactor: Redactor) -> tuple[Watch, socket.socket]:
    """Listens, and only then opens the recording: what an earlier run wrote there is lost by that."""
    address, what = _address(options.listen), f"--listen {options.listen}"
    with contextlib.ExitStack() as stack:
        try:
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            listener = stack.enter_context(socket.create_server(address, family=family))
            what = f"--record {options.record}"
            watch = Watch(judging, redactor, options.record)
        except OSError as error:
            raise UsageError(f"{what} cannot be used: {error.strerror}") from None
        stack.pop_all()
    return watch, listener


def _observe_all(
    path: Path, redactor: Redactor, observe: Callable[[Exchange], object]
) -> tuple[str | None, tuple[str, ...]]:
    """Reads a recording to its end; gives why that was not possible, if so, and notes about it."""
    unreadable = Unreadable()
    failure = _failure(read(path, redactor, unreadable), redactor, observe)
    if failure is not None or not unreadable.number:
        return failure, ()
    return None, (f"entries that cannot be read: {unreadable.number}; the first: {redactor.text(unreadable.first)}",)


def _failure(exchanges: Iterable[Exchange], redactor: Redactor, observe: Callable[[Exchange], object]) -> str | None:
    try:
        for exchange in exchanges:
            observe(exchange)
    except RecordError as error:
        return redactor.text(str(error))
    except TargetError as error:
        return redactor.text(failure_of(error))
    except Untestable as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - what was judged until then is reported
        return redactor.text(f"the suite failed on an entry: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        return "interrupted before the end of the recording"
    return None


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give a recording")


def _address(text: str) -> tuple[str, int]:
    """Host and port; loopback where no host is given."""
    found = _PORT.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise UsageError(f"--listen {text!r} is no address; give one like 127.0.0.1:4011, or :4011")
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _tell(rule: Rule, evidence: Evidence) -> None:
    where = evidence.curl[0].removeprefix("# ")
    line = visible(f"{rule.id}: expected {evidence.expected}; got {evidence.got} ({where})")
    print(f"violated  {line}", file=sys.stderr, flush=True)
