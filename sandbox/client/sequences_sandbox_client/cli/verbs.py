"""The commands for a running sandbox, as a table: each verb is one call of the control API."""

from typing import Final

from .verb import Argument, Verb, read_duration, read_fixture, read_latency, read_object, read_rate

_RUN: Final = Argument("sequence_id", "path:sequence_id", "the id of the run", ids="sequences")
_NAME: Final = Argument("name", "path:name", "the name of the snapshot")
_FAULT_ID: Final = Argument("fault_id", "path:fault_id", "the id of the fault rule", ids="faults")
_PAGES: Final = (
    Argument("--page", "query:page", "the page, counted from 1", int),
    Argument("--size", "query:size", "how many on a page, 100 at most", int),
)
_FAULT: Final = (
    Argument("--on", "match.operation", "only this operation, such as pauseSequence"),
    Argument("--method", "match.method", "only this method"),
    Argument("--path", "match.path", "only this path; * stands for any characters"),
    Argument("--key-name", "match.key_name", "only the key of this name"),
    Argument("--nth", "match.nth", "only the nth matching request, counted from 1", int),
    Argument("--every", "match.every", "only every nth matching request", int),
    Argument("--probability", "match.probability", "only with this probability, from 0 to 1", float),
    Argument("--times", "times", "so many times, then no more", int),
    Argument("--for", "for", "for so long by the world's clock, such as PT1M"),
    Argument("--status", "effect.status", "respond with this status, 400 to 599", int),
    Argument("--type", "effect.type", "with --status: the type of the error"),
    Argument("--message", "effect.message", "with --status: the message of the error"),
    Argument("--retry-after", "effect.retry_after", "with --status: seconds in Retry-After", int),
    Argument(
        "--latency", "effect.latency", "respond so many milliseconds later, or as a JSON object says", read_latency
    ),
    Argument("--close", "effect.close", "break the connection", choices=("before", "midway")),
    Argument("--body", "effect.body", "corrupt the body", choices=("empty", "truncated", "html")),
    Argument("--drip", "effect.drip_seconds", "send the response in pieces over so many seconds", float),
    Argument("--disabled", "enabled", "do not let it fire until it is enabled", None, flag=False),
)
_VERIFY: Final = (
    Argument("--on", "match.operation", "of this operation, such as stopSequence"),
    Argument("--method", "match.method", "with this method"),
    Argument("--path", "match.path", "with this path; * stands for any characters"),
    Argument("--sequence", "match.sequence_id", "about this sequence, by its id", ids="sequences"),
    Argument("--status", "match.status", "with this status, or of a class such as 4xx"),
    Argument("--body", "match.body_subset", "whose body contains this JSON object", read_object),
    Argument("--query", "match.query_subset", "whose query contains this JSON object", read_object),
    Argument("--headers", "match.header_subset", "whose headers contain this JSON object", read_object),
    Argument("--key-name", "match.key_name", "with the key of this name"),
    Argument("--key-id", "match.key_id", "with this key, by its id", ids="keys"),
    Argument("--since", "match.since", "made at this time of the world or later"),
    Argument("--exactly", "exactly", "so many", int),
    Argument("--at-least", "at_least", "so many or more", int),
    Argument("--at-most", "at_most", "so many or fewer", int),
)
_ENROL: Final = (
    Argument("contact_id", "contact_id", "the id of the contact", ids="contacts"),
    Argument("sequence_template_id", "sequence_template_id", "the id of the template", ids="sequence-templates"),
    Argument(
        "--organization", "organization_id", "in another organization of the world, by its id", ids="organizations"
    ),
    Argument("--status", "status", "in this status"),
    Argument("--paused-until", "paused_until", "until when a run that is WAITING_FOR_LEAD is paused"),
    Argument("--variables", "variables", "with these variables, a JSON object", read_object),
    Argument("--list", "source_contact_list_id", "from this contact list, by its id", ids="contact lists"),
    Argument("--created-at", "created_at", "created at this time in the past"),
)
_WORLD: Final = (
    Argument("--fixture", "", "the name of one that ships, or a file", read_fixture),
    Argument("--name", "name", "its name in lists"),
    Argument("--ttl", "ttl_seconds", "remove it when it was not used for so many seconds", int),
    Argument("--now", "now", "the time that its clock starts with"),
    Argument("--frozen", "frozen", "freeze its clock", None),
    Argument("--seed", "seed", "the seed of everything random", int),
)
_JOURNAL: Final = (
    Argument("--on", "query:operation", "of this operation"),
    Argument("--method", "query:method", "with this method"),
    Argument("--path", "query:path", "with this path; * stands for any characters"),
    Argument("--sequence", "query:sequence_id", "about this sequence, by its id", ids="sequences"),
    Argument("--status", "query:status", "with this status, or of a class such as 4xx"),
    Argument("--text", "query:text", "with this text in path, query, a body or User-Agent"),
    Argument("--since", "query:since", "made at this time of the world or later"),
    Argument("--key-name", "query:key_name", "with the key of this name"),
    Argument("--key-id", "query:key_id", "with this key, by its id", ids="keys"),
    Argument("--bodies", "query:bodies", "with their bodies", None, flag="true"),
    *_PAGES,
)

GROUPS: Final = {
    "clock": "read and move the world's time", "world": "the world that the key opens", "worlds": "all worlds",
    "contacts": "the people that runs reach", "snapshots": "save and restore states",
    "faults": "what goes wrong on purpose", "rate-limit": "how often each key may call",
    "journal": "the requests and their responses",
}  # fmt: skip

VERBS: Final = (
    Verb("clock show", "GET", "/clock", "the time, and the next due event", show="clock"),
    Verb("clock advance", "POST", "/clock/advance", "move time forward by a duration, or to a time",
         (Argument("by", "by", "a duration such as P2D or PT1H30M", read_duration, optional=True),
          Argument("--to", "to", "a time such as 2030-01-07T08:00:00Z")), show="fired", one_of=("by", "--to")),
    Verb("clock next", "POST", "/clock/advance", "move time to the next due event", body={"next": True}, show="fired"),
    Verb("clock freeze", "PATCH", "/clock", "freeze the clock", body={"frozen": True}, show="clock"),
    Verb("clock unfreeze", "PATCH", "/clock", "let time run again", body={"frozen": False}, show="clock"),
    Verb("world show", "GET", "/world", "its organizations, keys and counts", show="world"),
    Verb("world delete", "DELETE", "/world", "remove it"),
    Verb("worlds create", "POST", "/worlds", "create one; its tokens are shown only now", _WORLD, show="world"),
    Verb("worlds list", "GET", "/worlds", "list them", _PAGES, show="worlds"),
    Verb("worlds delete", "DELETE", "/worlds/{world_id}", "remove one",
         (Argument("world_id", "path:world_id", "the id of the world", ids="worlds"),)),
    Verb("reset", "POST", "/world/reset", "return the world to its first state, with the same keys", show="world"),
    Verb("export", "GET", "/world/export", "print the world as a fixture, in JSON", show="json"),
    Verb("enrol", "POST", "/sequences", "enrol a contact", _ENROL, show="run"),
    Verb("event", "POST", "/sequences/{sequence_id}/events", "apply an event of the engine to a run",
         (_RUN, Argument("event", "event", "an event of the engine, such as answer or fail")), show="run"),
    Verb("history", "GET", "/sequences/{sequence_id}/history", "what happened to a run", (_RUN,), show="history"),
    Verb("contacts delete", "DELETE", "/contacts/{contact_id}", "delete a contact; its runs stay",
         (Argument("contact_id", "path:contact_id", "the id of the contact", ids="contacts"),)),
    Verb("snapshots save", "PUT", "/snapshots/{name}", "save the state under a name", (_NAME,), show="snapshot"),
    Verb("snapshots list", "GET", "/snapshots", "list them", show="snapshots"),
    Verb("snapshots restore", "POST", "/snapshots/{name}/restore", "return to one", (_NAME,), show="world"),
    Verb("snapshots diff", "GET", "/snapshots/{name}/diff", "what changed since", (_NAME,), show="diff"),
    Verb("snapshots delete", "DELETE", "/snapshots/{name}", "delete one", (_NAME,)),
    Verb("faults add", "POST", "/faults", "add a rule with one effect: --status, --latency, --close, --body or --drip",
         _FAULT, body={"effect": {}}, show="fault", one_of=("--status", "--latency", "--close", "--body", "--drip")),
    Verb("faults list", "GET", "/faults", "list the rules", show="faults"),
    Verb("faults show", "GET", "/faults/{fault_id}", "one rule", (_FAULT_ID,), show="fault"),
    Verb("faults disable", "PATCH", "/faults/{fault_id}", "let a rule neither fire nor count", (_FAULT_ID,),
         body={"enabled": False}, show="fault"),
    Verb("faults enable", "PATCH", "/faults/{fault_id}", "let a rule go on where it was disabled", (_FAULT_ID,),
         body={"enabled": True}, show="fault"),
    Verb("faults remove", "DELETE", "/faults/{fault_id}", "remove a rule", (_FAULT_ID,)),
    Verb("faults clear", "DELETE", "/faults", "remove all rules"),
    Verb("rate-limit set", "PUT", "/rate-limit", "limit every key of the world",
         (Argument("rate", "", "such as 60/min", read_rate),
          Argument("--burst", "burst", "so many at once at most", int)), show="rate"),
    Verb("rate-limit show", "GET", "/rate-limit", "the limit, and what is left of it", show="rate"),
    Verb("rate-limit clear", "DELETE", "/rate-limit", "remove the limit"),
    Verb("journal list", "GET", "/journal", "requests, newest first", _JOURNAL, show="journal"),
    Verb("journal show", "GET", "/journal/{request_id}", "one request and its response, in JSON",
         (Argument("request_id", "path:request_id", "the X-Request-Id of the response", ids="journal"),), show="json"),
    Verb("journal tail", "GET", "/events", "requests as they happen", show="tail:request"),
    Verb("journal verify", "POST", "/journal/verify", "verify what was sent; the exit status is 1 if it does not hold",
         _VERIFY, body={"match": {}}, show="verified"),
    Verb("journal har", "GET", "/journal.har", "print it as HTTP Archive", show="json"),
    Verb("journal clear", "DELETE", "/journal", "empty it"),
    Verb("events", "GET", "/events", "everything as it happens", show="tail:"),
)  # fmt: skip
