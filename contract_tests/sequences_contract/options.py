"""The options of `check`: declared, read, and turned into what is to be done."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .contract import find_data
from .exchange import KEY_VARIABLES
from .expectations import read_expectations
from .option_values import (
    UsageError,
    header,
    positive,
    rate,
    require_certificates,
    require_folder,
    require_url,
    seconds,
    stops,
)  # fmt: skip
from .rules.registry import Rule
from .selection import select, unknown
from .settings import Settings
from .verdicts import Exit

_ROLES = {
    "key": "a key that reads and writes", "read": "a key that only reads", "write": "a key that only writes",
    "noscope": "a key without any scope", "other": "a key of another organization, that reads and writes",
}  # fmt: skip
_REPORTS = {
    "html": "one page for people", "json": "everything, for programs",
    "junit": "a test case for each rule", "sarif": "violations, for code scanning",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What `check` is to do."""

    settings: Settings
    rules: Sequence[Rule]
    expected: Mapping[str, str]
    accept_unexercised: bool


class Parser(argparse.ArgumentParser):
    """Answers a usage error in one line below the usage, with the command's own status."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(int(Exit.UNTESTABLE), f"{self.prog}: {message}\n")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `check`, in groups."""
    _add_target(parser.add_argument_group("the target"))
    _add_keys(
        parser.add_argument_group("keys", "Better given in the environment than here, where others may see them.")
    )
    _add_tiers(parser.add_argument_group("what it may do", "By default it only reads."))
    _add_rules(parser.add_argument_group("what is tried"))
    _add_knowledge(parser.add_argument_group("what it knows of the target"))
    reports = parser.add_argument_group("reports, beside the one on the terminal")
    for name, what in _REPORTS.items():
        reports.add_argument(f"--report-{name}", type=Path, metavar="FILE", help=what)


def _add_target(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--url", required=True, help="where it answers, base path included, such as http://127.0.0.1:4010/v1")
    add("--header", action="append", type=header, default=[], metavar="NAME:VALUE", help="send this header too")
    add("--ca-bundle", type=Path, metavar="FILE", help="the certificates to trust")
    add("--timeout", type=seconds, default=10.0, metavar="SECONDS", help="how long an answer may take (default: 10)")
    add("--rate", type=rate, default=math.inf, metavar="N/s", help="requests a second at most, such as 20/s")
    add("--workers", type=positive, default=1, metavar="N", help="rules that only read tried at a time (default: 1)")
    add(
        "--update-method", choices=("PATCH", "PUT", "POST"), default="PATCH",
        help="the method of update (default: PATCH)",
    )  # fmt: skip


def _add_keys(group: argparse._ArgumentGroup) -> None:
    for role, variable in KEY_VARIABLES.items():
        flag = "--key" if role == "key" else f"--{role}-key"
        group.add_argument(flag, dest=f"key_{role}", metavar="KEY", help=f"{_ROLES[role]} [{variable}]")


def _add_tiers(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--allow-writes", action="store_true", help="permit update, pause and resume, put back afterwards"
    )
    group.add_argument(
        "--allow-stops", type=stops, default=0, metavar="N|all", help="permit so many runs to be stopped, for good"
    )
    group.add_argument("--only-template", metavar="ID", help="write only to runs of this template")


def _add_rules(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--profile", choices=("documented", "strict"), default="documented",
        help="what is documented, or every decision of openapi.yaml too (default: documented)",
    )  # fmt: skip
    add(
        "--rule",
        action="append",
        default=[],
        metavar="ID",
        help="only this rule, or those whose ids begin so; repeatable",
    )
    add(
        "--skip-rule",
        action="append",
        default=[],
        metavar="ID",
        help="not this rule, or those whose ids begin so; repeatable",
    )
    add("--expect-failures", type=Path, metavar="FILE", help="rules known to fail: on each line an id and the reason")
    add("--accept-unexercised", action="store_true", help="exit 0 although rules could not be tried")
    add("--max-examples", type=positive, default=60, metavar="N", help="how much is generated (default: 60)")
    add("--seed", type=int, default=1, metavar="N", help="what chance is drawn from (default: 1)")


def _add_knowledge(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--fixture", type=Path, metavar="FILE", help="what it was loaded with: the company of each contact"
    )
    group.add_argument(
        "--control", metavar="URL",
        help="a control API, to make a fresh world from the fixture and to move time; keys then come from that world",
    )  # fmt: skip


def plan_of(options: argparse.Namespace) -> Plan:
    """What the options ask for. Raises UsageError, and ExpectationError."""
    settings = _settings(options)
    for name in _REPORTS:
        if getattr(options, f"report_{name}") is not None:
            require_folder(getattr(options, f"report_{name}"))
    for name in (*options.rule, *options.skip_rule):
        problem = unknown(name)
        if problem is not None:
            raise UsageError(problem)
    rules = select(settings, options.rule, options.skip_rule)
    if not rules:
        strict = "" if settings.strict else ", or --profile strict, which has more rules"
        raise UsageError(f"no rule is left to try; see --rule and --skip-rule{strict}")
    expected = read_expectations(options.expect_failures) if options.expect_failures else {}
    return Plan(settings, rules, expected, options.accept_unexercised)


def _settings(options: argparse.Namespace) -> Settings:
    require_url("--url", options.url)
    if options.control is not None:
        require_url("--control", options.control)
    if options.allow_stops and not options.allow_writes:
        raise UsageError("--allow-stops needs --allow-writes too")
    if options.ca_bundle is not None:
        require_certificates(options.ca_bundle)
    fixture = options.fixture
    if options.control is not None and fixture is None:
        fixture = find_data("fixtures/contract.yaml")
    return Settings(
        url=options.url.rstrip("/"), keys=_keys(options), profile=options.profile,
        allow_writes=options.allow_writes, stops=options.allow_stops, template=options.only_template, fixture=fixture,
        control=options.control, max_examples=options.max_examples, seed=options.seed,
        update_method=options.update_method, headers=tuple(options.header), ca_bundle=options.ca_bundle,
        timeout=options.timeout, rate=options.rate, workers=options.workers,
    )  # fmt: skip


def _keys(options: argparse.Namespace) -> dict[str, str]:
    keys = {}
    for role, variable in KEY_VARIABLES.items():
        key = getattr(options, f"key_{role}") or os.environ.get(variable, "")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise UsageError(f"{_ROLES[role]} ({variable}) holds white space or characters that no header can carry")
        if key:
            keys[role] = key
    if "key" not in keys and options.control is None:
        raise UsageError(f"give a key that reads and writes: --key, or {KEY_VARIABLES['key']} in the environment")
    return keys
