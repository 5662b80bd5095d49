"""Missing authorisation on exactly one operation, and writes that are refused and done all the same."""

from ..alterations import Altering, Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Refusal
from ..world import Key, Run

planted = Catalogue("access")

REQUESTS = {
    "list": "GET /sequences?size=1",
    "get": "GET {active}",
    "update": 'PATCH {active} {"variables": {"a": "b"}}',
    "pause": 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}',
    "resume": "POST {paused}/resume",
    "stop": 'POST {active}/stop {"reason": "LOSE", "scope": "CONTACT"}',
}
WRITES = ("update", "pause", "resume", "stop")


def some_key(app: Specimen) -> Key:
    """A key with every right, of the newest world: without a key, that is the best guess at what was meant."""
    newest = list(app.worlds.values())[-1]
    return next(key for key in newest.keys if len(key.scopes) > 1)


def open_without_key(operation: str) -> Altering:
    class WithoutKey(Specimen):
        def no_key(self, call: Call) -> Key:
            return some_key(self) if call.operation == operation else super().no_key(call)

    return WithoutKey


def open_without_scope(operation: str) -> Altering:
    class WithoutScope(Specimen):
        def has_scope(self, call: Call) -> bool:
            return call.operation == operation or super().has_scope(call)

    return WithoutScope


def open_to_strangers(operation: str) -> Altering:
    class ToStrangers(Specimen):
        def is_own(self, call: Call, run: Run) -> bool:
            return call.operation == operation or super().is_own(call, run)

    return ToStrangers


def done_despite(operation: str, status: int) -> Altering:
    """Refuses as it should, and does it all the same: the check stands beside the act instead of before it."""

    class Despite(Specimen):
        def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
            if (call.operation, refusal.status) == (operation, status):
                self.do_anyway(call)
            return super().refused(call, refusal, request_id)

        def do_anyway(self, call: Call) -> None:
            try:
                call.key = some_key(self) if status == 401 else call.key
                call.now = call.world.clock.now()
                for step in ("size", "media_type", "form"):
                    getattr(self, f"step_{step}")(call)
                call.run = call.world.runs[call.run_id]
                self.perform(call)
            except (KeyError, Refusal):
                return

    return Despite


def foreign(operation: str) -> str:
    """The request of an operation, aimed at a run of another organization."""
    return REQUESTS[operation].replace("{active}", "{foreign}").replace("{paused}", "{foreign}")


def looked_at(operation: str, who: str) -> str:
    """The request by somebody who may not, and then a look at the run by its owner."""
    line = REQUESTS[operation]
    return f"{who}: {line} && GET {'{paused}' if operation == 'resume' else '{active}'}"


for name, line in REQUESTS.items():
    # A key with a scope at all, though not the one that is needed.
    wrong = "ro" if name in WRITES else "wo"
    summary = f"The operation {name} answers without a key."
    planted.add(
        f"{name}_without_key", summary, "documented", "access.*.no_key", f"nobody: {line}", open_without_key(name)
    )
    summary = f"The operation {name} answers any valid key, whatever its scopes."
    profile, rule, probe = "documented", f"scope.{name}", f"no: {line} && {wrong}: {line}"
    planted.add(f"{name}_without_scope", summary, profile, rule, probe, open_without_scope(name))

for name in ("get", "update", "pause", "stop"):
    summary = f"The operation {name} reaches runs of other organizations."
    probe = foreign(name)
    planted.add(
        f"{name}_of_foreign_run",
        summary,
        "documented",
        "access.*.other_organization access.list.one_organization",
        probe,
        open_to_strangers(name),
    )
# The strangers' key pauses its own run first, so that there is something to resume.
planted.add(
    *("resume_of_foreign_run", "The operation resume reaches runs of other organizations.", "documented"),
    *(
        "access.*.other_organization access.list.one_organization",
        "other: " + foreign("pause") + " && " + foreign("resume"),
        open_to_strangers("resume"),
    ),
)

for name in WRITES:
    summary = f"The operation {name} is refused without a key (401) and done all the same."
    despite = done_despite(name, 401)
    planted.add(
        f"{name}_done_without_key", summary, "documented", "access.*.no_key", looked_at(name, "nobody"), despite
    )
    summary = f"The operation {name} is refused without the scope (403) and done all the same."
    despite = done_despite(name, 403)
    planted.add(f"{name}_done_without_scope", summary, "documented", f"scope.{name}", looked_at(name, "ro"), despite)

for name in ("update", "pause", "stop"):
    summary = f"The operation {name} answers 404 for a foreign run and does it all the same."
    probe = f"{foreign(name)} && other: GET {{foreign}}"
    despite = done_despite(name, 404)
    planted.add(
        f"{name}_done_to_foreign_run",
        summary,
        "documented",
        "access.*.other_organization access.list.one_organization",
        probe,
        despite,
    )
