"""Options that an environment variable can give too."""

import argparse
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..traffic.rate_limits import RateLimit, parse_rate_limit

PREFIX = "SEQUENCES_SANDBOX_"
_MOST_SECONDS = 3600
_SERVICE_URL = re.compile(r"(tcp|udp|sctp)://\S+")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"[!-~]{6,}")


class UsageError(Exception):
    """A command that cannot be carried out as it was given; one sentence that says how to fix it."""


class Parser(argparse.ArgumentParser):
    """A parser that takes options by their whole names: a shortened one would change its meaning with the next option."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**{**how, "allow_abbrev": False})


@dataclass(frozen=True, slots=True)
class _Given:
    """What a variable holds, unread: only the command that is carried out reads its own."""

    variable: str
    text: str
    how: Mapping[str, Any]


def with_environment(options: argparse.Namespace) -> argparse.Namespace:
    """The options, those from variables read too. Raises UsageError."""
    for name, value in vars(options).items():
        if isinstance(value, _Given):
            setattr(options, name, _value(value.variable, value.text, value.how))
    return options


def add_option(parser: argparse.ArgumentParser, flag: str, help_text: str, **how: Any) -> None:
    """An option `--flag`, whose default is taken from `SEQUENCES_SANDBOX_FLAG` when that is set."""
    variable = PREFIX + flag.removeprefix("--").replace("-", "_").upper()
    default, value = how.get("default"), os.environ.get(variable)
    shown = f" (default: {default})" if default not in (None, [], False) and value is None else ""
    if value is not None and not is_service_link(variable, value):
        how["default"] = _Given(variable, value, dict(how))
    parser.add_argument(flag, help=f"{help_text}{shown} [{variable}]", **how)


def is_service_link(variable: str, value: str) -> bool:
    """Whether Kubernetes set a variable, to where it finds a service: `tcp://10.3.4.5:4010`."""
    return variable.endswith("PORT") and _SERVICE_URL.fullmatch(value) is not None


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


def port(text: str) -> int:
    """A port number; 0 picks a free one."""
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535, 0 for a free one")
    return int(text)


def whole_number(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; give 0 or more")
    if len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is too large; {10**9 - 1} is the most")
    return int(text)


def address(text: str) -> str:
    """An address to listen on; an empty one would be every address."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; give 127.0.0.1, or 0.0.0.0 to listen on every address")
    return text


def host_name(text: str) -> str:
    """The name under which a server is reached, as it stands in a Host header without its port."""
    if not _HOST_NAME.fullmatch(text) and not is_ip_address(text):
        what = f"{text[:100]!r} is no host name" if text else "it is empty"
        raise argparse.ArgumentTypeError(
            f"{what}; give one or more names, without scheme, port, wildcard or comma, such as sandbox.example"
        )
    return text.lower()


def is_ip_address(text: str) -> bool:
    """Whether a text is an IP address, without brackets and port."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def seconds(text: str) -> float:
    """A number of seconds, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of seconds from 0 to {_MOST_SECONDS}")
    return value


def token(text: str) -> str:
    """A token as a header can carry it. What is said of one that cannot does not repeat it."""
    if not _TOKEN.fullmatch(text):
        what = "empty" if not text else "no token"
        raise argparse.ArgumentTypeError(f"it is {what}; give 6 or more printable ASCII characters and no space")
    return text


def rate(text: str) -> RateLimit:
    """A rate such as 60/min."""
    try:
        return parse_rate_limit(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
