"""The verbs for a running sandbox: their command line, and the one call that each makes."""

import argparse
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final
from urllib.parse import quote

from ..calls import Call
from ..errors import SandboxError
from . import known_worlds, use
from .format import text_of
from .options import reject_misspelt_variables
from .parser import UsageError
from .printable import as_json
from .reach import add_reach, address, connected, failed, world_key
from .verb import Argument, Verb, read_latency, read_object
from .verbs import GROUPS, VERBS

_FAILED: Final = 1
_METAVARS: Final = {
    name: metavar
    for metavar, names in {
        "TIMESTAMP": "--to --since --now --created-at --paused-until", "DURATION": "--for",
        "SECONDS": "--ttl --retry-after --drip",
        "OPERATION": "--on", "METHOD": "--method", "PATTERN": "--path", "STATUS": "--status", "TYPE": "--type",
        "NAME": "--name --key-name", "ID": "--sequence --organization --list --key-id",
        "FILE|NAME": "--fixture",
    }.items()
    for name in names.split()
}  # fmt: skip
"""What the values of options are; those of other options are told by what reads them."""
_BY_READER: Final[dict[Any, str]] = {
    str: "TEXT",
    int: "N",
    float: "NUMBER",
    read_object: "JSON",
    read_latency: "MS|JSON",
}


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds every verb, alone or in its group."""
    groups: dict[str, argparse._SubParsersAction[Any]] = {}
    for group, text in GROUPS.items():
        parser = commands.add_parser(group, help=f"{text}, in a running sandbox", description=_sentence(text))
        groups[group] = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    use.add_to(groups["world"])
    for verb in VERBS:
        group, _, name = verb.command.rpartition(" ")
        _add(groups[group] if group else commands, name, verb)


def _add(parsers: "argparse._SubParsersAction[Any]", name: str, verb: Verb) -> None:
    parser = parsers.add_parser(name, help=verb.help, description=_sentence(verb.help))
    for argument in verb.arguments:
        _add_argument(parser, argument)
    if verb.of_all_worlds:
        add_reach(parser, "the admin token, if one is needed", variable="ADMIN_TOKEN")
    else:
        add_reach(parser, "a key of the world (default: the current one's)")
    parser.set_defaults(run=run, verb=verb)


def _add_argument(parser: argparse.ArgumentParser, argument: Argument) -> None:
    how: dict[str, Any] = {"help": argument.help}
    if argument.read is None:
        how.update(action="store_const", const=argument.flag, default=None)
    else:
        how.update(type=argument.read, choices=argument.choices, **({"nargs": "?"} if argument.optional else {}))
    if not argument.name.startswith("-"):
        how["metavar"] = argument.name.upper()
    else:
        how["dest"] = argument.name
        if argument.read is not None and argument.choices is None:
            how["metavar"] = _METAVARS.get(argument.name) or _BY_READER[argument.read]
    parser.add_argument(argument.name, **how)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def run(options: argparse.Namespace) -> None:
    """Calls, and prints the result. Raises CommandError with what the sandbox said in an error."""
    # Loads httpx, which help and other commands do not need.
    from ..transport import ControlClient  # noqa: PLC0415
    from .follow import follow  # noqa: PLC0415
    from .prefixes import whole_id  # noqa: PLC0415

    reject_misspelt_variables()
    verb: Verb = options.verb
    given = [name for name in verb.one_of if vars(options)[name] is not None]
    if verb.one_of and len(given) != 1:
        raise UsageError(f"give one of {', '.join(verb.one_of)}{', not ' + ' and '.join(given) if given else ''}")
    url = address(options)
    # Whatever is sent for all worlds counts as the admin token, or as a guess at it.
    token = options.key if verb.of_all_worlds else world_key(options, url)
    try:
        with connected(options, url) as http:
            kind = verb.show.removeprefix("tail:")
            if kind != verb.show:
                follow(http, token, kind, as_json=options.json)
            send = ControlClient(http, token)
            path, query, body = _request(verb, vars(options), lambda kind, given: whole_id(send, token, kind, given))
            result = send(Call[Any](verb.method, path, body, query, words=verb.words))
    except SandboxError as error:
        raise failed(error, guessed=None if token == options.key else token) from None
    if verb.command == "worlds create":
        known_worlds.remember(url, result)
    elif verb.method == "DELETE" and verb.path in ("/world", "/worlds/{world_id}"):
        known_worlds.forget(url, token if verb.path == "/world" else path.rpartition("/")[2])
    if options.json or verb.show == "json":
        print(as_json(result))
    else:
        print(text_of(verb.show, result))
    if verb.show == "verified" and not result["ok"]:
        raise SystemExit(_FAILED)


def _request(
    verb: Verb, values: dict[str, Any], whole_id: Callable[[str, str], str]
) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """The path, the query and the body of a verb's call; `whole_id` completes an id of a kind."""
    path, query, body = verb.path, {}, deepcopy(dict(verb.body))
    for argument in verb.arguments:
        value = values[argument.name]
        where, _, name = argument.place.rpartition(":")
        if value is None:
            continue
        if argument.ids:
            value = whole_id(argument.ids, value)
        if where == "path" and not value:
            raise UsageError(f"{argument.name} is empty; give {argument.help}")
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
