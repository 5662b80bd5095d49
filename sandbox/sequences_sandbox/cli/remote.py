"""The command line of the verbs for a running sandbox."""

import argparse
from typing import Any, Final

from .options import add_option, carried_out_by
from .verbs import GROUPS, VERBS, Argument, Verb

_DEFAULT_URL: Final = "http://127.0.0.1:4010"
_DEFAULT_KEY: Final = "topo_demo_readwrite"


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds every verb, alone or in its group."""
    groups: dict[str, argparse._SubParsersAction[Any]] = {}
    for group, text in GROUPS.items():
        parser = commands.add_parser(group, help=f"{text}, in a running sandbox", description=_sentence(text))
        groups[group] = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in VERBS:
        group, _, name = verb.command.rpartition(" ")
        _add(groups[group] if group else commands, name, verb)


def _add(parsers: "argparse._SubParsersAction[Any]", name: str, verb: Verb) -> None:
    parser = parsers.add_parser(name, help=verb.help, description=_sentence(verb.help))
    for argument in verb.arguments:
        _add_argument(parser, argument)
    add_option(parser, "--url", "where the sandbox runs", default=_DEFAULT_URL)
    add_option(
        parser, "--key", "a key of the world; for all worlds, the admin token if one is needed", default=_DEFAULT_KEY
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(run=carried_out_by("client_calls"), verb=verb)


def _add_argument(parser: argparse.ArgumentParser, argument: Argument) -> None:
    how: dict[str, Any] = {"help": argument.help}
    if argument.read is None:
        how.update(action="store_true", default=None)
    else:
        how.update(type=argument.read, choices=argument.choices)
    if argument.name.startswith("-"):
        how["dest"] = argument.name
        if argument.read is not None and argument.choices is None:
            how["metavar"] = "VALUE"
    parser.add_argument(argument.name, **how)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
