"""The way of one request: path, method, key, scope, size, media type, form, run, effect. The first refusal answers."""

from collections.abc import Iterable
from typing import Any

from .listing import decode
from .messages import Answer, Call, Refusal, Request
from .world import Key, Run, World
from .writes import Writes

COLLECTION = {"GET": "list"}
ITEM = {"GET": "get", "PATCH": "update"}
ACTIONS = ("pause", "resume", "stop")
READS = ("list", "get")


class Api(Writes):
    """The public API. Subclasses alter it: a fault or a freedom overrides a method or an attribute."""

    # After path and method, in this order [own].
    steps: tuple[str, ...] = ("key", "scope", "size", "media_type", "form", "find")
    update_method = "PATCH"

    def __init__(self, worlds: Iterable[World]) -> None:
        self.worlds = {world.id: world for world in worlds}

    def answer(self, request: Request) -> Answer:
        """Answer one request, whatever it is."""
        request_id = self.request_id()
        call = Call(request, "")
        try:
            answer = self.respond(call)
        except Refusal as refusal:
            answer = self.refused(call, refusal, request_id)
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller gets an answer in the one form
            failure = Refusal(500, f"The server failed: {type(error).__name__}.")
            answer = self.refused(call, failure, request_id)
        answer.headers = self.headers(answer, request_id)
        return answer

    def respond(self, call: Call) -> Answer:
        methods = self.route(call)
        method = "GET" if call.request.method == "HEAD" else call.request.method
        if call.request.method == "OPTIONS":
            return self.options(call, self.allow(methods))
        if method not in methods:
            self.wrong_method(call, self.allow(methods))
        call.operation = methods[method]
        self.walk(call)
        return self.perform(call)

    def walk(self, call: Call) -> None:
        for step in self.steps:
            getattr(self, f"step_{step}")(call)

    def route(self, call: Call) -> dict[str, str]:
        """The methods of a path, each with its operation; keeps the path's run id."""
        match call.request.path.split("/"):
            case ["", "v1", "sequences"]:
                return COLLECTION
            case ["", "v1", "sequences", segment] if segment:
                call.segment = segment
                return {(self.update_method if name == "update" else way): name for way, name in ITEM.items()}
            case ["", "v1", "sequences", segment, action] if segment and action in ACTIONS:
                call.segment = segment
                return {"POST": action}
        return self.unknown_path(call)

    def unknown_path(self, call: Call) -> dict[str, str]:
        raise Refusal(404, "There is no such path; the API's paths begin with /v1/sequences.")

    def allow(self, methods: dict[str, str]) -> str:
        return ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))

    def wrong_method(self, call: Call, allow: str) -> None:
        message = f"This method is not answered here; use {allow}."
        raise Refusal(405, message, headers={"Allow": allow}, allowed=allow.split(", "))

    def options(self, call: Call, allow: str) -> Answer:
        """Also the answer to a browser's preflight; needs no key [own]."""
        shared = {"Allow": allow, "Access-Control-Allow-Methods": allow, "Access-Control-Max-Age": "600"}
        return Answer(204, headers=shared | {"Access-Control-Allow-Headers": "Authorization, Content-Type"})

    def step_key(self, call: Call) -> None:
        call.key = self.find_key(call)
        call.now, _ = self.settle(call.world, call.operation)

    def find_key(self, call: Call) -> Key:
        scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
        found = self.lookup(token.strip(" ")) if self.is_bearer(scheme) else None
        return found or self.no_key(call)

    def is_bearer(self, scheme: str) -> bool:
        return scheme.lower() == "bearer"

    def lookup(self, token: str) -> Key | None:
        return next((key for key in self.keys() if self.same_token(key.token, token)), None)

    def keys(self) -> Iterable[Key]:
        return (key for world in self.worlds.values() for key in world.keys)

    def same_token(self, token: str, sent: str) -> bool:
        return token == sent

    def no_key(self, call: Call) -> Key:
        message = "Send your API key in the header 'Authorization: Bearer <key>'."
        raise Refusal(401, message, headers={"WWW-Authenticate": "Bearer"})

    def step_scope(self, call: Call) -> None:
        if not self.has_scope(call):
            self.no_scope(call)

    def needed_scope(self, operation: str) -> str:
        return "sequences:read" if operation in READS else "sequences:write"

    def has_scope(self, call: Call) -> bool:
        return self.needed_scope(call.operation) in call.key.scopes

    def no_scope(self, call: Call) -> None:
        needed, held = self.needed_scope(call.operation), list(call.key.scopes)
        raise Refusal(403, f"This operation needs the scope '{needed}'.", required_scope=needed, held_scopes=held)

    def step_size(self, call: Call) -> None:
        if call.operation not in READS and (call.request.oversize or len(call.request.body) > self.largest_body):
            raise Refusal(413, f"The body is larger than {self.largest_body} bytes, the most that is read.")

    def step_media_type(self, call: Call) -> None:
        if call.operation not in READS:
            self.check_media_type(call.request, required=call.operation != "resume")

    def step_form(self, call: Call) -> None:
        if call.operation == "list":
            call.query = self.read_query(call)
            return
        self.read_pairs(call)
        call.run_id = self.read_id(call.segment)
        if call.operation != "get":
            call.body = self.read_body(call)

    def read_id(self, segment: str) -> str:
        return self.read_uuid("sequence_id", decode(segment, "sequence_id")) or ""

    def step_find(self, call: Call) -> None:
        if call.operation != "list":
            call.run = self.find_run(call) or self.no_run(call)

    def find_run(self, call: Call) -> Run | None:
        """A run of another organization is as one that does not exist [ref]."""
        run = call.world.runs.get(call.run_id)
        return run if run is not None and self.is_own(call, run) else None

    def is_own(self, call: Call, run: Run) -> bool:
        return run.organization_id == call.key.organization_id

    def no_run(self, call: Call) -> Run:
        message = f"Your organization has no sequence {call.run_id}."
        raise Refusal(404, message, field="sequence_id", value=call.run_id)

    def perform(self, call: Call) -> Answer:
        handlers: dict[str, Any] = {"list": self.list_runs, "get": self.get_run, "update": self.update}
        handlers |= {"pause": self.pause, "resume": self.resume, "stop": self.stop}
        answer: Answer = handlers[call.operation](call)
        return answer
