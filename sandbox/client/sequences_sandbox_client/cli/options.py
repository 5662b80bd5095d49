"""Options that an environment variable can give too."""

import argparse
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..variables import OURS, PREFIX, is_service_link, misspelling
from .parser import UsageError


@dataclass(frozen=True, slots=True)
class _Given:
    """What a variable holds, unread: only the command that is carried out reads its own."""

    variable: str
    text: str
    how: Mapping[str, Any]


def with_environment(options: argparse.Namespace) -> argparse.Namespace:
    """The options, those from variables read too. Raises UsageError."""
    given = {name: value for name, value in vars(options).items() if isinstance(value, _Given)}
    for name, value in given.items():
        setattr(options, name, _value(value.variable, value.text, value.how))
    options.from_variables = {name: value.variable for name, value in given.items()}
    return options


def source_of(options: argparse.Namespace, flag: str) -> str:
    """What gave an option its value: the variable that it comes from, else its flag."""
    return str(options.from_variables.get(name_of(flag), flag))


def name_of(flag: str) -> str:
    """The name under which the value of an option is found."""
    return flag.removeprefix("--").replace("-", "_")


def reject_misspelt_variables(names: Collection[str] = OURS) -> None:
    """Raises UsageError where a variable was meant as one of the names."""
    if wrong := misspelling(names):
        raise UsageError(wrong)


def add_option(
    parser: argparse._ActionsContainer, flag: str, help_text: str, *, variable: str = "", **how: Any
) -> None:
    """An option `--flag`, whose default is taken from `SEQUENCES_SANDBOX_FLAG`, or another variable, when that is set."""
    variable = PREFIX + (variable or name_of(flag).upper())
    default, value = how.get("default"), os.environ.get(variable)
    shown = f" (default: {default})" if default not in (None, [], False, "") and value is None else ""
    if value is not None and not is_service_link(variable, value):
        how["default"] = _Given(variable, value, dict(how))
    if how.get("nargs") == "+":
        how["action"] = _All
    parser.add_argument(flag, help=f"{help_text}{shown} [{variable}]", **how)


class _All(argparse.Action):
    """Every value of an option that is given several times; argparse keeps those of the last time."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*(before if isinstance(before, list) else ()), *values])


def _value(variable: str, text: str, how: Mapping[str, Any]) -> Any:
    if how.get("action") == "store_true":
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("", "0", "false", "no", "off"):
            return False
        raise UsageError(f"{variable} is {text!r}; set it to 1 or 0.")
    convert: Callable[[str], Any] = how.get("type", str)
    try:
        value = [convert(part) for part in text.split()] if how.get("nargs") in ("+", "*") else convert(text)
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise UsageError(f"{variable}: {error}") from None
    choices = how.get("choices")
    if choices is not None and value not in choices:
        raise UsageError(f"{variable} is {text!r}; set it to one of {', '.join(choices)}.")
    return value
