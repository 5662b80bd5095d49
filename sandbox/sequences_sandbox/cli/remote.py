"""The commands that talk to a running sandbox: a table of verbs, each one call of the control API."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .options import add_option, carried_out_by

_DEFAULT_URL: Final = "http://127.0.0.1:4010"


@dataclass(frozen=True, slots=True)
class Verb:
    """`group name`: a method and path of the control API; options fill the path, the query and the body.

    An option maps to a dotted place in the body, or to `query:name`. `show` names how people are shown the answer.
    """

    group: str
    name: str
    method: str
    path: str
    help: str
    positionals: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    show: str = "fields"


_MATCH: Final = {
    "--on": "match.operation", "--method": "match.method", "--path": "match.path", "--key-name": "match.key_name",
    "--nth": "match.nth", "--every": "match.every", "--probability": "match.probability", "--times": "times",
    "--for": "for",
}  # fmt: skip
_EFFECT: Final = {
    "--status": "effect.status", "--type": "effect.type", "--message": "effect.message",
    "--retry-after": "effect.retry_after", "--latency": "effect.latency.fixed_ms", "--close": "effect.close",
    "--body": "effect.body", "--drip": "effect.drip_seconds",
}  # fmt: skip
_VERIFY: Final = {
    "--on": "match.operation", "--status": "match.status", "--body-subset": "match.body_subset",
    "--query-subset": "match.query_subset", "--key-name": "match.key_name", "--since": "match.since",
    "--exactly": "exactly", "--at-least": "at_least", "--at-most": "at_most",
}  # fmt: skip
_ENROL: Final = {
    "--organization": "organization_id", "--status": "status", "--variables": "variables",
    "--list": "source_contact_list_id", "--created-at": "created_at",
}  # fmt: skip

VERBS: Final = (
    Verb("clock", "show", "GET", "/clock", "the world's time, and what falls due next"),
    Verb("clock", "advance", "POST", "/clock/advance", "move time forward, by such as P2D", ("by",), show="fired"),
    Verb("clock", "set", "POST", "/clock/advance", "move time forward to an instant", ("to",), show="fired"),
    Verb("clock", "next", "POST", "/clock/advance", "move to what falls due next", body={"next": True}, show="fired"),
    Verb("clock", "freeze", "PATCH", "/clock", "hold time still", body={"frozen": True}),
    Verb("clock", "run", "PATCH", "/clock", "let time run again", body={"frozen": False}),
    Verb("world", "show", "GET", "/world", "the world, its organizations and counts", show="world"),
    Verb("world", "reset", "POST", "/world/reset", "begin anew, with the same keys", show="world"),
    Verb("world", "export", "GET", "/world/export", "the world as a fixture, in JSON", show="json"),
    Verb("world", "delete", "DELETE", "/world", "remove the world"),
    Verb(
        "worlds", "create", "POST", "/worlds", "make a world; its tokens are shown this once",
        options={"--fixture": "fixture", "--name": "name", "--ttl": "ttl_seconds", "--now": "now", "--seed": "seed"},
        show="world",
    ),
    Verb(
        "worlds", "list", "GET", "/worlds", "the worlds", options={"--page": "query:page", "--size": "query:size"},
        show="worlds",
    ),
    Verb("worlds", "delete", "DELETE", "/worlds/{world_id}", "remove a world", ("world_id",)),
    Verb("snapshots", "save", "PUT", "/snapshots/{name}", "keep the state under a name", ("name",)),
    Verb("snapshots", "list", "GET", "/snapshots", "what was kept", show="items"),
    Verb("snapshots", "restore", "POST", "/snapshots/{name}/restore", "return to a snapshot", ("name",), show="world"),
    Verb("snapshots", "diff", "GET", "/snapshots/{name}/diff", "what changed since", ("name",), show="json"),
    Verb("snapshots", "delete", "DELETE", "/snapshots/{name}", "forget a snapshot", ("name",)),
    Verb(
        "runs", "enrol", "POST", "/sequences", "enrol a contact", ("contact_id", "sequence_template_id"), options=_ENROL
    ),
    Verb("runs", "event", "POST", "/sequences/{sequence_id}/events", "act as the engine", ("sequence_id", "event")),
    Verb(
        "runs", "history", "GET", "/sequences/{sequence_id}/history", "what happened to a run", ("sequence_id",),
        show="items",
    ),
    Verb("faults", "add", "POST", "/faults", "add a fault", options={**_MATCH, **_EFFECT}),
    Verb("faults", "list", "GET", "/faults", "the faults", show="items"),
    Verb("faults", "remove", "DELETE", "/faults/{fault_id}", "remove one", ("fault_id",)),
    Verb("faults", "clear", "DELETE", "/faults", "remove all"),
    Verb(
        "rate-limit", "set", "PUT", "/rate-limit", "limit each key", ("limit", "per_seconds"), options={"--burst": "burst"}
    ),
    Verb("rate-limit", "show", "GET", "/rate-limit", "the limit"),
    Verb("rate-limit", "clear", "DELETE", "/rate-limit", "remove the limit"),
    Verb(
        "journal", "list", "GET", "/journal", "requests, newest first",
        options={
            "--on": "query:operation", "--status": "query:status", "--since": "query:since",
            "--key-name": "query:key_name", "--page": "query:page", "--size": "query:size",
        },
        show="journal",
    ),
    Verb("journal", "show", "GET", "/journal/{request_id}", "one request and its answer", ("request_id",), show="json"),
    Verb("journal", "verify", "POST", "/journal/verify", "was it sent; status 1 if not", options=_VERIFY, show="verified"),
    Verb("journal", "har", "GET", "/journal.har", "the journal as HTTP Archive", show="json"),
    Verb("journal", "clear", "DELETE", "/journal", "empty it"),
    Verb("journal", "tail", "GET", "/events", "requests as they happen", show="requests"),
    Verb("events", "tail", "GET", "/events", "everything as it happens", show="events"),
)  # fmt: skip

_GROUPS: Final = {
    "clock": "the world's time", "world": "the world that the key opens", "worlds": "all worlds, for the admin",
    "snapshots": "kept states", "runs": "enrol, act as the engine, history", "faults": "what goes wrong on purpose",
    "rate-limit": "how often a key may call", "journal": "what was sent and answered", "events": "what happens",
}  # fmt: skip


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Adds every group of verbs."""
    groups: dict[str, argparse._SubParsersAction[Any]] = {}
    for group, text in _GROUPS.items():
        parser = commands.add_parser(group, help=f"{text}, in a running sandbox")
        groups[group] = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in VERBS:
        _add_verb(groups[verb.group], verb)


def _add_verb(verbs: "argparse._SubParsersAction[Any]", verb: Verb) -> None:
    parser = verbs.add_parser(verb.name, help=verb.help, description=f"{verb.help[0].upper()}{verb.help[1:]}.")
    add_option(parser, "--url", "where the sandbox runs", default=_DEFAULT_URL)
    add_option(parser, "--key", "a key of the world, or the admin token", default="topo_demo_readwrite")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    for name in verb.positionals:
        parser.add_argument(name, type=_value if "{" + name + "}" not in verb.path else str)
    for flag in verb.options:
        parser.add_argument(flag, dest=flag, type=_reader(flag), metavar="VALUE")
    parser.set_defaults(run=carried_out_by("calling"), verb=verb)


def _reader(flag: str) -> Callable[[str], Any]:
    return str if flag in _TEXTS else _value


def _value(text: str) -> Any:
    """A number or an object where the text is one, else the text."""
    import json  # noqa: PLC0415  # only for what needs it

    if text[:1] in "{[" or text.replace(".", "", 1).isdigit():
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


_TEXTS: Final = frozenset({"--message", "--key-name", "--name", "--on", "--type", "--path"})
