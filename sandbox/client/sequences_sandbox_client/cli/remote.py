"""The verbs for a running sandbox: their command line, and the one call that each makes."""

import argparse
from copy import deepcopy
from typing import Any, Final
from urllib.parse import quote

from .format import text_of
from .options import UsageError, add_option
from .printable import as_json
from .verb import Argument, Verb
from .verbs import GROUPS, VERBS

_DEFAULT_URL: Final = "http://127.0.0.1:4010"
_DEFAULT_KEY: Final = "topo_demo_readwrite"
_FAILED: Final = 1


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
    parser.add_argument("--json", action="store_true", help="print the response as JSON")
    parser.set_defaults(run=run, verb=verb)


def _add_argument(parser: argparse.ArgumentParser, argument: Argument) -> None:
    how: dict[str, Any] = {"help": argument.help}
    if argument.read is None:
        how.update(action="store_const", const=argument.flag, default=None)
    else:
        how.update(type=argument.read, choices=argument.choices, **({"nargs": "?"} if argument.optional else {}))
    if argument.name.startswith("-"):
        how["dest"] = argument.name
        if argument.read is not None and argument.choices is None:
            how["metavar"] = "VALUE"
    parser.add_argument(argument.name, **how)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def run(options: argparse.Namespace) -> None:
    """Calls, and prints the result. Raises UsageError with what the sandbox said in an error."""
    # Loads httpx, which help and other commands do not need.
    from ..calls import Call  # noqa: PLC0415
    from ..errors import SandboxError  # noqa: PLC0415
    from ..transport import ControlClient, connection  # noqa: PLC0415
    from .follow import follow  # noqa: PLC0415

    verb: Verb = options.verb
    try:
        with connection(options.url) as http:
            kind = verb.show.removeprefix("tail:")
            if kind != verb.show:
                follow(http, options.key, kind, as_json=options.json)
                return
            path, query, body = _request(verb, vars(options))
            result = ControlClient(http, options.key)(Call(verb.method, path, body, query))
    except SandboxError as error:
        raise UsageError(str(error)) from None
    if options.json or verb.show == "json":
        print(as_json(result))
    else:
        print(text_of(verb.show, result))
    if verb.show == "verified" and not result["ok"]:
        raise SystemExit(_FAILED)


def _request(verb: Verb, values: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """The path, the query and the body of a verb's call."""
    path, query, body = verb.path, {}, deepcopy(dict(verb.body))
    for argument in verb.arguments:
        value = values[argument.name]
        where, _, name = argument.place.rpartition(":")
        if value is None:
            continue
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        elif where == "query":
            query[name] = value
        else:
            _put(body, name, value)
    return path, query, body if verb.method in ("POST", "PUT", "PATCH") else None


def _put(body: dict[str, Any], place: str, value: Any) -> None:
    """Puts a value at a dotted place of the body; with no place, the body takes its members."""
    if not place:
        body.update(value)
        return
    *way, last = place.split(".")
    for name in way:
        body = body.setdefault(name, {})
    body[last] = value
