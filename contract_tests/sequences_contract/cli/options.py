"""The options of `check`: declared, read, and turned into what is to be done."""

import argparse
import math
import re
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from ..engine.control_api import ADMIN_VARIABLE
from ..engine.verdicts import Exit
from ..http.keys import KEY_VARIABLES, ROLES, flag
from .option_values import header, lag, positive, rate, seconds, spec_path, stops

#: The reports that can be written, and what each is for.
REPORTS = {
    "html": "one page for people", "json": "everything, for programs",
    "junit": "a test case for each rule", "sarif": "violations, for code scanning",
}  # fmt: skip

_CHOICE = re.compile(r"(argument .*: )?invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """Reports a usage error in one sentence, with the command's own status. Options are never abbreviated."""

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_abbrev=False, **more)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but the command that was given an unknown word is the one that says so."""
        words = sys.argv[1:] if args is None else list(args)
        # What follows may be a key, which argparse would take for the command and repeat.
        if self._subparsers is not None and words and self._is_no_option(words[0]):
            self.error(f"there is no option {words[0].split('=', 1)[0]} here; give options after the command")
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._explained(unknown))
        return known, unknown

    def error(self, message: str) -> NoReturn:
        wrong = _CHOICE.fullmatch(message)
        if wrong is not None:
            what, given, choices = wrong.groups()
            names = choices.replace("'", "").split(", ")
            message = f"{what}{given!r} is none of {', '.join(names)}{_meant(given, names)}"
        hint = "" if message.endswith("?") else f"; see {self.prog} --help"
        self.exit(int(Exit.UNTESTABLE), f"{self.prog}: {message}{hint}\n")

    def _is_no_option(self, word: str) -> bool:
        return word.startswith("-") and word.split("=", 1)[0] not in self._option_string_actions

    def _explained(self, words: Sequence[str]) -> str:
        """Words that belong to no option may be a key or a password: they are not repeated."""
        names = [word.split("=", 1)[0] for word in words if word.startswith("-")]
        if not names:
            return "a value is given without its option"
        return f"there is no option {', '.join(names)}{_meant(names[0], self._option_string_actions)}"


def _meant(given: str, names: Iterable[str]) -> str:
    near = get_close_matches(given, list(names), 1)
    return f"; did you mean {near[0]}?" if near else ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `check`, in groups."""
    _add_target(parser.add_argument_group("the target"))
    _add_keys(parser.add_argument_group("keys", "Better set in the environment, where others do not see them."))
    _add_tiers(parser.add_argument_group("what it may do", "By default it only reads."))
    _add_rules(parser.add_argument_group("what is tried"))
    _add_knowledge(parser.add_argument_group("what it knows of the target"))
    reports = parser.add_argument_group("reports, beside the one on the terminal")
    slowest = "list the N rules that took longest, and their requests"
    reports.add_argument("--slowest", type=positive, default=0, metavar="N", help=slowest)
    add_reports(reports, REPORTS)


def add_reports(group: argparse._ActionsContainer, names: Iterable[str]) -> None:
    """Declares the options of reports."""
    for name in names:
        group.add_argument(f"--report-{name}", type=Path, metavar="FILE", help=REPORTS[name])
    shown = "the file of your repository that SARIF and annotations point at (default: openapi.yaml, if there is one)"
    group.add_argument("--spec-path", type=spec_path, metavar="PATH", help=shown)


def _add_target(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--url", required=True, help="the base URL, base path included, such as http://127.0.0.1:4010/v1")
    add("--header", action="append", type=header, default=[], metavar="NAME:VALUE", help="send this header too")
    add("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    add("--timeout", type=seconds, default=10.0, metavar="SECONDS", help="how long a response may take (default: 10)")
    add("--rate", type=rate, default=math.inf, metavar="N/s", help="requests a second at most, such as 20/s")
    add("--workers", type=positive, default=8, metavar="N", help="requests in flight at a time (default: 8)")
    methods = ("PATCH", "PUT", "POST")
    add("--update-method", choices=methods, default="PATCH", help="the method of update (default: PATCH)")


def _add_keys(group: argparse._ArgumentGroup) -> None:
    for role, variable in KEY_VARIABLES.items():
        group.add_argument(flag(role), dest=f"key_{role}", metavar="KEY", help=f"{ROLES[role]} [{variable}]")


def _add_tiers(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--allow-writes", action="store_true", help="allow update, pause and resume; status and variables are put back")
    add("--allow-stops", type=stops, default=0, metavar="N|all", help="allow this many runs to be stopped, for good")
    add("--only-template", metavar="ID", help="write only to runs of this template")


def _add_rules(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--profile", choices=("documented", "strict"), default="documented",
        help="what is documented, or every decision of openapi.yaml too (default: documented)",
    )  # fmt: skip
    for name, value, what in (
        ("--only", "TAG", "judge only what has this tag of the contract, such as contacts"),
        ("--skip", "TAG", "do not judge what has this tag"),
        ("--rule", "ID", "only this rule, or those whose ids begin so"),
        ("--skip-rule", "ID", "not this rule, or those whose ids begin so"),
    ):
        add(name, action="append", default=[], metavar=value, help=f"{what}; repeatable")
    add("--expect-failures", type=Path, metavar="FILE", help="rules known to fail: on each line an id and the reason")
    add("--write-baseline", type=Path, metavar="FILE", help="write what fails now as such a list")
    add("--accept-unexercised", action="store_true", help="exit 0 although rules could not be tried")
    quick = "of each rule only its first requests, nothing generated, no timer waited for: for every commit"
    add("--quick", action="store_true", help=quick)
    add("--max-examples", type=positive, default=60, metavar="N", help="how much is generated (default: 60)")
    add("--seed", type=int, default=1, metavar="N", help="what chance is drawn from (default: 1)")


def _add_knowledge(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    known = "what it was loaded with, a file or the name of one that ships: the company of each contact"
    add("--fixture", metavar="FILE|NAME", help=known)
    settle = "how long reads may lag behind writes at a target that is eventually consistent (default: 0)"
    add("--settle", type=lag, default=0.0, metavar="SECONDS", help=settle)
    control = "a control API, to create a world with its own keys and to move its clock; admin token"
    add("--control", metavar="URL", help=f"{control}: [{ADMIN_VARIABLE}]")
