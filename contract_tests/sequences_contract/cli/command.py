"""`sequences-contract`: check a target, or list the rules."""

import argparse
import errno
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import shtab

from .. import __version__
from ..contract.document import ContractError
from ..contract.fixture import FixtureError
from ..engine.interruption import interruptible
from ..engine.runner import run
from ..engine.settings import Settings
from ..engine.verdicts import Exit, Outcome
from ..engine.working_folder import no_folder_left
from ..report import github, html, json, junit, sarif, terminal
from ..report.progress import Progress
from .expectations import ExpectationError, baseline
from .listing import as_markdown, as_text
from .option_values import UsageError
from .options import Parser, add_options
from .plan import plan_of
from .traffic import add_traffic_commands

_EXAMPLES = """examples:
  sequences-contract check --url http://127.0.0.1:4010/v1 --key topo_contract_readwrite
  sequences-contract check --url https://staging.example/v1 --allow-writes --allow-stops 20 --report-html report.html
  sequences-contract rules
"""
_STATUSES = """exit status:
  0    the target conforms
  1    a rule is violated, or an expected failure passes
  2    usage, or the target cannot be tested: unreachable, key rejected, died midway
  3    no violation, yet rules could not be tried that the given keys and tiers should have allowed
       (--accept-unexercised makes it 0)
  130  interrupted

Whatever happens, what was judged so far is reported. See docs/contract-suite.md.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character must not cost the report.
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(options.run(options) or 0)
    except (UsageError, ExpectationError, FixtureError, ContractError) as error:
        _complain(str(error))
        return int(Exit.UNTESTABLE)
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        _discard_output()
        _complain(f"the output cannot be written: {error.strerror}")
        return int(Exit.UNTESTABLE)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = Parser(
        prog="sequences-contract",
        description="Tests an implementation of the Sequences API against openapi.yaml.",
        epilog=f"{_EXAMPLES}\n`sequences-contract check --help` lists its options and exit statuses.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"sequences-contract {__version__}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help="try the rules at a target", usage="%(prog)s --url URL [options]",
        description="Tries the rules at a target and reports each that it breaks, with curl lines that show it.",
        epilog=f"{_EXAMPLES}\n{_STATUSES}", formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_options(check)
    check.set_defaults(run=_check)
    listed = "Lists each rule: id, basis, profile, tier, needs, and its sentence."
    rules = commands.add_parser("rules", help="list the rules", description=listed)
    rules.add_argument("--markdown", action="store_true", help="the page that maps statements to rules")
    rules.set_defaults(run=lambda options: print(as_markdown() if options.markdown else as_text(), flush=True))
    add_traffic_commands(commands, _report)
    completion = commands.add_parser("completion", help="print what a shell needs to complete commands and options")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="bash, zsh or fish")
    completion.set_defaults(run=lambda options: print(shtab.complete(whole, shell=options.shell), flush=True))
    return whole


def _check(options: argparse.Namespace) -> int:
    plan = plan_of(options)
    if plan.settings.control is None and plan.settings.allow_writes:
        print("Without --control, pauses are waited out in real time: a few seconds each.", file=sys.stderr)
    progress = Progress(sys.stderr)
    with no_folder_left(), interruptible() as interruption:
        outcome = run(
            plan.settings, plan.rules, progress, plan.expected,
            accept_unexercised=plan.accept_unexercised, unselected=plan.unselected, interruption=interruption,
        )  # fmt: skip
        interruption.reporting()
        progress.clear()
        status = _report(options, outcome, plan.settings)
    whole = outcome.exit not in (Exit.UNTESTABLE, Exit.INTERRUPTED)
    if options.write_baseline is not None and whole and not _write(options.write_baseline, baseline(outcome)):
        return int(Exit.UNTESTABLE)
    return status


def _report(options: argparse.Namespace, outcome: Outcome, settings: Settings) -> int:
    """Writes and prints the reports; gives the exit status."""
    # A reader that goes away from the pipe costs neither the files nor the status.
    written = _write_reports(options, outcome, settings)
    try:
        _print(outcome, settings, getattr(options, "slowest", 0))
    except BrokenPipeError:
        _discard_output()
    return int(outcome.exit if written else Exit.UNTESTABLE)


def _print(outcome: Outcome, settings: Settings, slowest: int) -> None:
    live = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if live else terminal.WIDTH
    report = terminal.text(
        outcome, settings, colour=live and "NO_COLOR" not in os.environ, width=width, slowest=slowest
    )
    if os.environ.get("GITHUB_ACTIONS") == "true":
        report = github.log(report, outcome, settings)
    print(report, end="", flush=True)


def _write_reports(options: argparse.Namespace, outcome: Outcome, settings: Settings) -> bool:
    """Writes what was asked for; whether all of it could be written."""
    forms = {"junit": junit.text, "json": json.text, "html": html.text, "sarif": sarif.text}
    wanted = [(getattr(options, f"report_{name}"), form) for name, form in forms.items()]
    written = [_write(path, form(outcome, settings)) for path, form in wanted if path is not None]
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and os.environ.get("GITHUB_ACTIONS") == "true":
        written.append(_write(Path(summary), github.summary(outcome, settings), mode="a"))
    return all(written)


def _write(path: Path, text: str, mode: str = "w") -> bool:
    try:
        with path.open(mode, encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError as error:
        _complain(f"the report {path} cannot be written: {error.strerror}")
        return False
    return True


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str) -> None:
    print(f"sequences-contract: {text}", file=sys.stderr)
