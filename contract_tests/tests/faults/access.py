"""Missing authorisation on exactly one operation, and writes that are rejected and done all the same."""

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.world import Key, Run

planted = Catalog("access")

REQUESTS = {
    "list": "GET /sequences?size=1",
    "get": "GET {active}",
    "update": 'PATCH {active} {"variables": {"a": "b"}}',
    "pause": 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}',
    "resume": "POST {paused}/resume",
    "stop": 'POST {active}/stop {"reason": "LOSE", "scope": "CONTACT"}',
}
WRITES = ("update", "pause", "resume", "stop")


def some_key(app: ReferenceServer) -> Key:
    """A key with every right, of the newest world: without a key, that is the best guess at what was meant."""
    newest = list(app.worlds.values())[-1]
    return next(key for key in newest.keys if len(key.scopes) > 1)


def open_without_key(operation: str) -> Altering:
    class WithoutKey(ReferenceServer):
        def no_key(self, call: Call) -> Key:
            return some_key(self) if call.operation == operation else super().no_key(call)

    return WithoutKey


def open_without_scope(operation: str) -> Altering:
    class WithoutScope(ReferenceServer):
        def has_scope(self, call: Call) -> bool:
            return call.operation == operation or super().has_scope(call)

    return WithoutScope


def open_to_others(operation: str) -> Altering:
    class ToOthers(ReferenceServer):
        def is_own(self, call: Call, run: Run) -> bool:
            return call.operation == operation or super().is_own(call, run)

    return ToOthers


def done_despite(operation: str, status: int) -> Altering:
    """Rejects as it should, and does it all the same: the check stands beside the act instead of before it."""

    class Despite(ReferenceServer):
        def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
            if (call.operation, error.status) == (operation, status):
                self.do_anyway(call)
            return super().error_response(call, error, request_id)

        def do_anyway(self, call: Call) -> None:
            try:
                call.key = some_key(self) if status == 401 else call.key
                call.now = call.world.clock.now()
                for step in ("size", "media_type", "form"):
                    getattr(self, f"step_{step}")(call)
                call.run = call.world.runs[call.run_id]
                self.perform(call)
            except (KeyError, ApiError):
                return

    return Despite


def foreign(operation: str) -> str:
    """The request of an operation, aimed at a run of another organization."""
    return REQUESTS[operation].replace("{active}", "{foreign}").replace("{paused}", "{foreign}")


def then_read(operation: str, who: str) -> str:
    """The request by somebody who may not, and then a look at the run by its owner."""
    line = REQUESTS[operation]
    return f"{who}: {line} && GET {'{paused}' if operation == 'resume' else '{active}'}"


for name, line in REQUESTS.items():
    # A key with a scope at all, though not the one that is needed.
    wrong = "ro" if name in WRITES else "wo"
    summary = f"The operation {name} responses without a key."
    planted.add(
        f"{name}_without_key", summary, "documented", "access.*.missing_key", f"nobody: {line}", open_without_key(name)
    )
    summary = f"The operation {name} responses any valid key, whatever its scopes."
    profile, rule, probe = "documented", f"scope.{name}", f"no: {line} && {wrong}: {line}"
    planted.add(f"{name}_without_scope", summary, profile, rule, probe, open_without_scope(name))

for name in ("get", "update", "pause", "stop"):
    summary = f"The operation {name} reaches runs of other organizations."
    probe = foreign(name)
    planted.add(
        f"{name}_of_foreign_run",
        summary,
        "documented",
        "access.*.other_organization access.*.one_organization",
        probe,
        open_to_others(name),
    )
# The others' key pauses its own run first, so that there is something to resume.
planted.add(
    *("resume_of_foreign_run", "The operation resume reaches runs of other organizations.", "documented"),
    *(
        "access.*.other_organization access.*.one_organization",
        "other: " + foreign("pause") + " && " + foreign("resume"),
        open_to_others("resume"),
    ),
)

for name in WRITES:
    summary = f"The operation {name} is rejected without a key (401) and done all the same."
    despite = done_despite(name, 401)
    planted.add(
        f"{name}_done_without_key", summary, "documented", "access.*.missing_key", then_read(name, "nobody"), despite
    )
    summary = f"The operation {name} is rejected without the scope (403) and done all the same."
    despite = done_despite(name, 403)
    planted.add(f"{name}_done_without_scope", summary, "documented", f"scope.{name}", then_read(name, "ro"), despite)

for name in ("update", "pause", "stop"):
    summary = f"The operation {name} responses 404 for a foreign run and does it all the same."
    probe = f"{foreign(name)} && other: GET {{foreign}}"
    despite = done_despite(name, 404)
    planted.add(
        f"{name}_done_to_foreign_run",
        summary,
        "documented",
        "access.*.other_organization access.*.one_organization",
        probe,
        despite,
    )
