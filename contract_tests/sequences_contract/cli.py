"""`sequences-contract`: check a target, or list the rules."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from . import __version__
from .contract import ContractError, find_data
from .exchange import KEY_VARIABLES
from .expectations import ExpectationError, outworn, read_expectations
from .fixture import FixtureError
from .listing import as_markdown, as_text
from .report import github, html, json, junit, sarif, terminal
from .rules.registry import Rule, all_rules
from .runner import fits, run, select
from .settings import Settings
from .verdicts import Exit, Outcome

_EXAMPLES = """examples:
  sequences-contract check --url http://127.0.0.1:4010/v1 --key topo_demo_readwrite
  sequences-contract check --url https://staging.example/v1 --allow-writes --allow-stops 20 --report-html report.html
  sequences-contract rules

exit status: 0 conforms, 1 a rule is violated, 2 usage or the target cannot be tested, 3 rules could not be tried that the
given keys and tiers should have allowed (--accept-unexercised makes it 0), 130 interrupted. Keys are better given in the
environment: SEQUENCES_CONTRACT_KEY, SEQUENCES_CONTRACT_READ_KEY, _WRITE_KEY, _NOSCOPE_KEY, _OTHER_KEY."""


class UsageError(Exception):
    """What was asked cannot be done as it was asked."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(int(Exit.UNTESTABLE), f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = _Parser(
        prog="sequences-contract",
        description="Holds an implementation of the Sequences API to openapi.yaml, sentence by sentence.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sequences-contract {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(
        commands.add_parser(
            "check", help="check a target", epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
        )
    )
    rules = commands.add_parser("rules", help="list the rules")
    rules.add_argument("--markdown", action="store_true", help="the page that maps statements to rules")
    rules.set_defaults(run=lambda options: print(as_markdown() if options.markdown else as_text()))
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (UsageError, ExpectationError, FixtureError, ContractError) as error:
        print(f"sequences-contract: {error}", file=sys.stderr)
        return int(Exit.UNTESTABLE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _add_check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--url", required=True, help="the target, base path included, such as http://127.0.0.1:4010/v1")
    for role, variable in KEY_VARIABLES.items():
        flag = "--key" if role == "key" else f"--{role}-key"
        add(flag, dest=f"key_{role}", metavar="KEY", help=f"{_ROLES[role]} [{variable}]")
    add(
        "--profile",
        choices=("documented", "strict"),
        default="documented",
        help="what it is held to (default: documented)",
    )
    add("--allow-writes", action="store_true", help="permit update, pause and resume")
    add("--allow-stops", type=_stops, default=0, metavar="N|all", help="permit so many runs to be stopped, for good")
    add("--only-template", metavar="ID", help="write only to runs of this template")
    add("--fixture", type=Path, metavar="FILE", help="what the target was loaded with")
    add("--control", metavar="URL", help="a control API, to make a fresh world from the fixture and to move time")
    add("--max-examples", type=_positive, default=60, metavar="N", help="how much is generated (default: 60)")
    add("--seed", type=int, default=1, metavar="N", help="what chance is drawn from (default: 1)")
    add("--rule", action="append", default=[], metavar="ID", help="try only this rule, or those whose ids begin so")
    add(
        "--skip-rule",
        action="append",
        default=[],
        metavar="ID",
        help="leave out this rule, or those whose ids begin so",
    )
    add("--expect-failures", type=Path, metavar="FILE", help="rules known to fail, with the reason, one a line")
    add("--accept-unexercised", action="store_true", help="exit 0 although rules could not be tried")
    add(
        "--update-method",
        choices=("PATCH", "PUT", "POST"),
        default="PATCH",
        help="the method of update (default: PATCH)",
    )
    add("--header", action="append", type=_header, default=[], metavar="NAME:VALUE", help="send this header too")
    add("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    add("--timeout", type=_seconds, default=10.0, metavar="SECONDS", help="for each answer (default: 10)")
    add("--rate", type=_rate, default=math.inf, metavar="N/s", help="requests a second at most")
    add("--workers", type=_positive, default=1, metavar="N", help="groups of rules tried at a time (default: 1)")
    for name in ("junit", "json", "html", "sarif"):
        add(f"--report-{name}", type=Path, metavar="FILE", help=f"write a report as {name.upper()}")
    parser.set_defaults(run=_check)


_ROLES = {
    "key": "a key that reads and writes", "read": "one that only reads", "write": "one that only writes",
    "noscope": "one without scope", "other": "one of another organization, that reads and writes",
}  # fmt: skip


def _check(options: argparse.Namespace) -> int:
    settings = _settings(options)
    rules = select(settings, _known(options.rule), _known(options.skip_rule))
    if not rules:
        raise UsageError("no rule is left to try; see --rule and --skip-rule")
    expected = read_expectations(options.expect_failures, rules) if options.expect_failures else {}
    if settings.control is None and settings.allow_writes:
        print("Without --control, pauses are waited out in real time: a few seconds each.", file=sys.stderr)
    progress = terminal.Progress(sys.stderr)
    outcome = run(settings, rules, progress, expected, accept_unexercised=options.accept_unexercised)
    progress.clear()
    print(terminal.text(outcome, settings, colour=sys.stdout.isatty()), end="", flush=True)
    written = _write_reports(options, outcome, settings)
    worn = list(outworn(outcome, expected))
    for name in worn:
        print(
            f"sequences-contract: {options.expect_failures}: '{name}' is expected to fail and passes; take it out",
            file=sys.stderr,
        )
    status = Exit.VIOLATED if worn and outcome.exit is Exit.CONFORMS else outcome.exit
    return int(status if written else Exit.UNTESTABLE)


def settings_of(arguments: Sequence[str]) -> Settings:
    """The settings that the options of `check` give. Raises UsageError."""
    parser = _Parser(prog="sequences-contract check")
    _add_check(parser)
    return _settings(parser.parse_args(arguments))


def _settings(options: argparse.Namespace) -> Settings:
    _require_url("--url", options.url)
    if options.control is not None:
        _require_url("--control", options.control)
    if options.allow_stops and not options.allow_writes:
        raise UsageError("--allow-stops needs --allow-writes too")
    if options.ca_bundle is not None and not options.ca_bundle.is_file():
        raise UsageError(f"--ca-bundle {options.ca_bundle}: there is no such file")
    keys = {
        role: getattr(options, f"key_{role}") or os.environ.get(variable, "")
        for role, variable in KEY_VARIABLES.items()
    }
    fixture = options.fixture
    if options.control is not None and fixture is None:
        fixture = find_data("fixtures/contract.yaml")
    if not keys["key"] and options.control is None:
        raise UsageError(f"give a key that reads and writes: --key, or {KEY_VARIABLES['key']} in the environment")
    return Settings(
        url=options.url.rstrip("/"), keys={role: key for role, key in keys.items() if key}, profile=options.profile,
        allow_writes=options.allow_writes, stops=options.allow_stops, template=options.only_template, fixture=fixture,
        control=options.control, max_examples=options.max_examples, seed=options.seed,
        update_method=options.update_method, headers=tuple(options.header), ca_bundle=options.ca_bundle,
        timeout=options.timeout, rate=options.rate, workers=options.workers,
    )  # fmt: skip


def _known(names: Sequence[str]) -> Sequence[str]:
    for name in names:
        if not any(fits(rule.id, name) for rule in _rules()):
            raise UsageError(f"'{name}' is no rule and begins none; see `sequences-contract rules`")
    return names


def _rules() -> Sequence[Rule]:
    return all_rules()


def _write_reports(options: argparse.Namespace, outcome: Outcome, settings: Settings) -> bool:
    """Writes what was asked for; whether all of it could be written."""
    forms = {"junit": junit.text, "json": json.text, "html": html.text, "sarif": sarif.text}
    wanted = {getattr(options, f"report_{name}"): form(outcome, settings) for name, form in forms.items()}
    written = not [path for path, text in wanted.items() if path is not None and not _write(path, text)]
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return written
    for line in github.commands(outcome):
        print(line)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return written if not summary else _write(Path(summary), github.summary(outcome, settings), mode="a") and written


def _write(path: Path, text: str, mode: str = "w") -> bool:
    try:
        with path.open(mode, encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError as error:
        print(f"sequences-contract: the report {path} cannot be written: {error.strerror}", file=sys.stderr)
        return False
    return True


def _require_url(flag: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{flag} {url!r} is no URL; give one like http://127.0.0.1:4010/v1")


def _stops(text: str) -> float:
    if text == "all":
        return math.inf
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r}: give a number of runs, or all")
    return int(text)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number, 1 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds, more than 0")
    return seconds


def _rate(text: str) -> float:
    return _seconds(text.removesuffix("/s"))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or name.strip().lower() == "authorization":
        raise argparse.ArgumentTypeError(
            f"{text.split(':', maxsplit=1)[0]!r}: give NAME:VALUE; keys are given with --key"
        )
    return name.strip(), value.strip()


if __name__ == "__main__":
    sys.exit(main())
