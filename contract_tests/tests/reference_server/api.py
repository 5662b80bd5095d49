"""The way of one request: path, method, key, scope, size, media type, form, run, effect. The first error responses."""

from collections.abc import Iterable
from typing import Any

from .listing import decode
from .messages import ApiError, Call, Request, Response
from .neighbours import Neighbours
from .world import Key, Run, World

COLLECTION = {"GET": "list"}
ITEM = {"GET": "get", "PATCH": "update"}
ACTIONS = ("pause", "resume", "stop")
WRITES = ("update", "pause", "resume", "stop")


class Api(Neighbours):
    """The public API. Subclasses alter it: a fault or a reading overrides a method or an attribute."""

    # After path and method, in this order [own].
    steps: tuple[str, ...] = ("key", "scope", "size", "media_type", "form", "find")
    update_method = "PATCH"

    def __init__(self, worlds: Iterable[World]) -> None:
        self.worlds = {world.id: world for world in worlds}

    async def respond(self, request: Request) -> Response:
        """Where requests that come at the same time meet: the correct server handles each without interruption."""
        return self.handle(request)

    def hang_up(self, connection: str) -> None:
        """A connection has ended, which means nothing to the correct server."""

    def handle(self, request: Request) -> Response:
        """Response one request, whatever it is."""
        request_id = self.request_id()
        call = Call(request, "")
        try:
            response = self.dispatch(call)
        except ApiError as error:
            response = self.error_response(call, error, request_id)
        except Exception as error:  # noqa: BLE001 - whatever fails, the caller gets a response in the one form
            failure = ApiError(500, f"The server failed: {type(error).__name__}.")
            response = self.error_response(call, failure, request_id)
        response.headers = self.headers(response, request_id)
        return response

    def dispatch(self, call: Call) -> Response:
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
            case ["", "v1", "me"]:
                return {"GET": "me"}
            case ["", "v1", name] if name in self.resources:
                return {"GET": f"list_{name}"}
            case ["", "v1", name, segment] if name in self.resources and segment:
                call.segment = segment
                return {"GET": f"get_{name}"}
        return self.unknown_path(call)

    def unknown_path(self, call: Call) -> dict[str, str]:
        raise ApiError(404, "There is no such path; the API's paths begin with /v1/sequences.")

    def allow(self, methods: dict[str, str]) -> str:
        return ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))

    def wrong_method(self, call: Call, allow: str) -> None:
        message = f"This method is not available here; use {allow}."
        raise ApiError(405, message, headers={"Allow": allow}, allowed=allow.split(", "))

    def options(self, call: Call, allow: str) -> Response:
        """Also the response to a browser's preflight; needs no key [own]."""
        shared = {"Allow": allow, "Access-Control-Allow-Methods": allow, "Access-Control-Max-Age": "600"}
        return Response(204, headers=shared | {"Access-Control-Allow-Headers": "Authorization, Content-Type"})

    def step_key(self, call: Call) -> None:
        call.key = self.find_key(call)
        call.now, _ = self.apply_due(call.world, call.operation)

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
        raise ApiError(401, message, headers={"WWW-Authenticate": "Bearer"})

    def step_scope(self, call: Call) -> None:
        if not self.has_scope(call):
            self.no_scope(call)

    def needed_scope(self, operation: str) -> str | None:
        """The scope of an operation; None where any key will do."""
        if operation == "me":
            return None
        name = operation.partition("_")[2]
        if name:
            return self.resources[name].scope
        return "sequences:write" if operation in WRITES else "sequences:read"

    def has_scope(self, call: Call) -> bool:
        return self.needed_scope(call.operation) in (None, *call.key.scopes)

    def no_scope(self, call: Call) -> None:
        needed, held = self.needed_scope(call.operation), list(call.key.scopes)
        raise ApiError(403, f"This operation needs the scope '{needed}'.", required_scope=needed, held_scopes=held)

    def step_size(self, call: Call) -> None:
        if call.operation in WRITES and (call.request.oversize or len(call.request.body) > self.largest_body):
            raise ApiError(413, f"The body is larger than {self.largest_body} bytes, the most that is read.")

    def step_media_type(self, call: Call) -> None:
        if call.operation in WRITES:
            self.check_media_type(call.request)

    def step_form(self, call: Call) -> None:
        if call.operation == "list":
            call.query = self.read_query(call)
            return
        found = self.resource(call)
        if found is not None and call.operation.startswith("list_"):
            call.query = self.read_neighbour_query(call, found[1])
            return
        self.read_pairs(call)
        if call.segment:
            call.run_id = self.read_id(call.segment)
        if call.operation in WRITES:
            call.body = self.read_body(call)

    def read_id(self, segment: str) -> str:
        return self.read_uuid("sequence_id", decode(segment, "sequence_id")) or ""

    def step_find(self, call: Call) -> None:
        if call.operation == "get" or call.operation in WRITES:
            call.run = self.find_run(call) or self.no_run(call)

    def find_run(self, call: Call) -> Run | None:
        """A run of another organization is as one that does not exist [ref]."""
        run = call.world.runs.get(call.run_id)
        return run if run is not None and self.is_own(call, run) else None

    def is_own(self, call: Call, run: Run) -> bool:
        return run.organization_id == call.key.organization_id

    def no_run(self, call: Call) -> Run:
        message = f"Your organization has no sequence {call.run_id}."
        raise ApiError(404, message, field="sequence_id", value=call.run_id)

    def perform(self, call: Call) -> Response:
        handlers: dict[str, Any] = {"list": self.list_runs, "get": self.get_run, "update": self.update}
        handlers |= {"pause": self.pause, "resume": self.resume, "stop": self.stop}
        handlers |= {"me": self.me}
        for name in self.resources:
            handlers |= {f"list_{name}": self.list_records, f"get_{name}": self.get_record}
        response: Response = handlers[call.operation](call)
        return response
