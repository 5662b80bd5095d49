"""Requests with several faults of their own, rejected in another order."""

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call

planted = Catalog("access")


@planted.strict("order. pause.rejects.past_before_state", "nobody: GET /sequences?size=0")
class FormBeforeKey(ReferenceServer):
    """A malformed request without a key is 400 instead of 401."""

    def step_key(self, call: Call) -> None:
        if call.operation == "list":
            self.read_query(call)
        super().step_key(call)


@planted.strict("order. pause.rejects.past_before_state", 'ro: POST {active}/stop {"reason": "NO"}')
class FormBeforeScope(ReferenceServer):
    """A malformed body without the scope is 400 instead of 403."""

    steps = ("key", "size", "media_type", "form", "scope", "find")


@planted.strict(
    "order. pause.rejects.past_before_state", "ro: POST /sequences/00000000-0000-4000-8000-000000000000/resume"
)
class RunBeforeScope(ReferenceServer):
    """An unknown run without the scope is 404 instead of 403."""

    def step_scope(self, call: Call) -> None:
        if call.segment.lower() not in call.world.runs and len(call.segment) == 36:
            call.run_id = call.segment
            self.no_run(call)
        super().step_scope(call)


@planted.strict(
    "order. pause.rejects.past_before_state",
    'POST /sequences/00000000-0000-4000-8000-000000000000/stop {"reason": "NO"}',
)
class RunBeforeForm(ReferenceServer):
    """An unknown run with a malformed body is 404 instead of 400."""

    def step_form(self, call: Call) -> None:
        if len(call.segment) == 36:
            call.run_id = call.segment.lower()
            self.step_find(call)
        super().step_form(call)


@planted.strict(
    "order. pause.rejects.past_before_state", 'POST {stopped}/pause {"paused_until": "2020-01-01T00:00:00Z"}'
)
class StateBeforeForm(ReferenceServer):
    """A pause in the past of a run that has ended is 422 instead of 400."""

    def step_form(self, call: Call) -> None:
        run = call.world.runs.get(call.segment.lower())
        if call.operation == "pause" and run is not None and self.is_own(call, run):
            call.run = run
            self.require(call, "pause")
        super().step_form(call)


@planted.strict("order. pause.rejects.past_before_state", "ro: <Content-Type: text/plain> PATCH {active} x")
class MediaTypeBeforeScope(ReferenceServer):
    """Another media type without the scope is 415 instead of 403."""

    steps = ("key", "media_type", "scope", "size", "form", "find")


@planted.strict("order. pause.rejects.past_before_state", "<Content-Type: text/plain> PATCH /sequences/nonsense {}")
class FormBeforeMediaType(ReferenceServer):
    """A malformed id with another media type is 400 instead of 415."""

    steps = ("key", "scope", "size", "form", "media_type", "find")
