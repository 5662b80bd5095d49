"""What `check` is to do, made from its options."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from ..contract.document import find_data, load_contract
from ..engine.control_api import ADMIN_VARIABLE
from ..engine.rule import Rule
from ..engine.settings import Settings
from ..http.connection import ConnectionSettingsError, Transports, open_client
from ..http.keys import KEY_VARIABLES, ROLES, flag, source_of
from ..http.redaction import SHORTEST_SECRET
from ..rules.registry import uncovered
from ..rules.selection import read_tag, select, unknown_rule, unknown_tag
from .expectations import read_expectations
from .option_values import UsageError, require_certificates, require_folder, require_id, require_url
from .options import REPORTS, Parser, add_options

#: What the extra `contract` brings; the rest of the suite's requirements comes with the package.
_EXTRA = ("hypothesis", "schemathesis")
_PREFIX = "SEQUENCES_CONTRACT_"
#: Of whole names: one letter that is missing, wrong or too many, or two that changed places.
_LIKENESS = 0.95
_PYTEST_REPORTS = "pytest has reports of its own"
#: Options that pytest has others for, by their names in a namespace.
_OF_THE_COMMAND = {
    **{f"report_{name}": _PYTEST_REPORTS for name in REPORTS}, "spec_path": _PYTEST_REPORTS,
    "write_baseline": "in pytest, list what is known to fail by --expect-failures",
    "workers": "with pytest-xdist, pytest's -n tries several rules at a time",
    "slowest": "pytest's --durations lists what took longest",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What `check` is to do; `unselected` is how many rules it leaves aside because others were asked for."""

    settings: Settings
    rules: Sequence[Rule]
    expected: Mapping[str, str]
    accept_unexercised: bool
    unselected: int


class _Raising(Parser):
    """Leaves it to the caller what becomes of a usage error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def planned(arguments: Sequence[str]) -> Plan:
    """What the options of `check`, given as words, ask for. Raises UsageError, and ExpectationError."""
    parser = _Raising(prog="sequences-contract check", add_help=False)
    add_options(parser)
    options = parser.parse_args(arguments)
    for name, instead in _OF_THE_COMMAND.items():
        if getattr(options, name) != parser.get_default(name):
            raise UsageError(f"--{name.replace('_', '-')} belongs to `sequences-contract check`; {instead}")
    return plan_of(options)


def plan_of(options: argparse.Namespace) -> Plan:
    """What the options ask for. Raises UsageError, and ExpectationError."""
    _require_extra()
    require_known_variables()
    _require_covered()
    settings = _settings(options)
    for path in (options.write_baseline, *(getattr(options, f"report_{name}") for name in REPORTS)):
        if path is not None:
            require_folder(path)
    for name in (*options.rule, *options.skip_rule):
        problem = unknown_rule(name)
        if problem is not None:
            raise UsageError(problem)
    rules = select(settings, options.rule, options.skip_rule)
    if not rules:
        strict = "" if settings.strict else ", or --profile strict, which has more rules"
        raise UsageError(f"no rule is left to try; see --rule, --skip-rule, --only and --skip{strict}")
    expected = read_expectations(options.expect_failures) if options.expect_failures else {}
    return Plan(settings, rules, expected, options.accept_unexercised, len(select(settings)) - len(rules))


def _settings(options: argparse.Namespace) -> Settings:
    require_url("--url", options.url)
    if options.control is not None:
        require_url("--control", options.control)
        read_secret("", None, ADMIN_VARIABLE)
    if options.allow_stops and not options.allow_writes:
        raise UsageError("--allow-stops needs --allow-writes too")
    if options.only_template is not None:
        require_id("--only-template", options.only_template)
    if options.ca_bundle is not None:
        require_certificates(options.ca_bundle)
    for url in filter(None, (options.url, options.control)):
        _require_connection(url, options.ca_bundle)
    wanted = options.fixture or ("contract" if options.control is not None else None)
    fixture = None if wanted is None else _fixture(wanted)
    return Settings(
        url=options.url.rstrip("/"), keys=_keys(options), profile=options.profile,
        only=_tags(options.only), skip=_tags(options.skip),
        allow_writes=options.allow_writes, stops=options.allow_stops, template=options.only_template, fixture=fixture,
        control=options.control, max_examples=options.max_examples, seed=options.seed,
        update_method=options.update_method, headers=tuple(options.header), ca_bundle=options.ca_bundle,
        timeout=options.timeout, settle=options.settle, rate=options.rate, workers=options.workers,
        spec_path=options.spec_path, quick=options.quick,
    )  # fmt: skip


def _require_extra() -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"this command needs the extra 'contract' ({', '.join(missing)} not found);"
            " in a checkout: pip install '.[contract]'"
        )


def _require_connection(url: str, ca_bundle: Path | None) -> None:
    try:
        open_client(url, ca_bundle=ca_bundle).close()
        Transports(url, ca_bundle=ca_bundle).close()
    except ConnectionSettingsError as error:
        raise UsageError(str(error)) from None


def _fixture(given: str) -> Path:
    """The file of a fixture that is given by its path, or by its name where it ships."""
    shipped = {file.stem: file for file in find_data("fixtures/contract.yaml").parent.glob("*.yaml")}
    path = shipped.get(given, Path(given))
    if not path.is_file():
        names = ", ".join(sorted(shipped))
        raise UsageError(
            f"--fixture {given}: there is no such file; give the one that the target was loaded with, or one of {names}"
        )
    return path


def _require_covered() -> None:
    """Raises UsageError where the contract has operations that no rule covers: they would seem to conform."""
    unknown = uncovered(load_contract())
    if unknown:
        raise UsageError(
            f"openapi.yaml has operations that no rule of this suite covers: {', '.join(unknown)}; write rules"
        )


def _tags(names: Sequence[str]) -> tuple[str, ...]:
    tags = {name: read_tag(name) for name in names}
    for name, tag in tags.items():
        if tag is None:
            raise UsageError(unknown_tag(name))
    return tuple(tag for tag in tags.values() if tag is not None)


def _keys(options: argparse.Namespace) -> dict[str, str]:
    keys = {}
    for role, variable in KEY_VARIABLES.items():
        given = getattr(options, f"key_{role}")
        if role != "key" and given is None and not os.environ.get(variable):
            continue  # a CI sets the variable of a secret that it does not have to nothing
        key = read_secret(flag(role), given, variable)
        if key is not None:
            keys[role] = key
    if options.control is None:  # else the keys of its world take their place
        _require_different(keys)
    if "key" not in keys and options.control is None:
        raise UsageError(f"give a key that reads and writes: --key, or {KEY_VARIABLES['key']} in the environment")
    return keys


def read_secret(option: str, given: str | None, variable: str) -> str | None:
    """A key or token, from its option or its variable. Raises UsageError, which names that and never repeats the secret."""
    name, secret = (variable, os.environ.get(variable)) if given is None else (option, given)
    if secret is None:
        return None
    if not secret:
        raise UsageError(f"{name} is empty; give it a value, or leave it out")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise UsageError(f"{name} holds white space or what no header can carry; give the key alone")
    if len(secret) < SHORTEST_SECRET:  # a report could not hide it without being garbled
        raise UsageError(
            f"{name} is too short for reports to hide it; give one of {SHORTEST_SECRET} characters or more"
        )
    return secret


def require_known_variables() -> None:
    """Raises UsageError for a variable that was meant as one of those that give keys."""
    known = (*KEY_VARIABLES.values(), ADMIN_VARIABLE)
    for variable in sorted(os.environ):
        if variable.startswith(_PREFIX) and variable not in known:
            # What only goes on after a name, such as KEY_2, means something else.
            others = [name for name in known if not variable.startswith(name)]
            if near := get_close_matches(variable, others, 1, _LIKENESS):
                raise UsageError(f"{variable} is no setting; did you mean {near[0]}?")


def _require_different(keys: Mapping[str, str]) -> None:
    """Raises UsageError where one key stands for two roles: what one role may, another must not."""
    first: dict[str, str] = {}
    for role, key in keys.items():
        if key in first:
            raise UsageError(
                f"{source_of(role, key)} is the same key as {source_of(first[key], key)}; give {ROLES[role]}"
            )
        first[key] = role
