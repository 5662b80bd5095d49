"""The four writes. ApiError comes before effect: a rejected event leaves everything as it was."""

from collections.abc import Iterable
from typing import ClassVar

from .bodies import Bodies, Values
from .messages import ApiError, Call, Response
from .world import Run

Variables = dict[str, str] | None


class Writes(Bodies):
    """Update, pause, resume and stop."""

    # The client's rows of x-lifecycle, typed by hand: event, and the statuses it may start from.
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {
        "pause": ("ACTIVE", "WAITING_FOR_LEAD"),
        "resume": ("WAITING_FOR_LEAD",),
        "stop": ("FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER"),
    }
    ended: tuple[str, ...] = ("REFUSED", "SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY")

    def require(self, call: Call, event: str) -> None:
        if call.run.status not in self.allowed[event]:
            self.reject_event(call, event)

    def reject_event(self, call: Call, event: str) -> None:
        status, origins = call.run.status, self.allowed[event]
        message = f"A sequence that is {status} cannot {event}; that is possible from {', '.join(origins)}."
        raise ApiError(422, message, event=event, status=status, allowed=list(origins))

    def update(self, call: Call) -> Response:
        """Merge; an update that changes nothing does not move `updated_at` [own]."""
        merged = self.merge(call.run.variables, call.body["variables"])
        if self.is_change(call.run.variables, merged):
            self.change(call.run, call.now, "update", variables=merged)
        return self.changed(call)

    def merge(self, old: Variables, changes: Values) -> Variables:
        kept = {name: value for name, value in (old or {}).items() if name not in changes}
        named = {name: value for name, value in changes.items() if value is not None}
        return None if old is None and not named else kept | named

    def is_change(self, old: Variables, new: Variables) -> bool:
        return old != new

    def pause(self, call: Call) -> Response:
        self.require(call, "pause")
        self.arm(call.run, call.body["paused_until"])
        self.change(call.run, call.now, "pause", status="WAITING_FOR_LEAD")
        return self.changed(call)

    def resume(self, call: Call) -> Response:
        self.require(call, "resume")
        self.disarm(call.run, "resume")
        self.change(call.run, call.now, "resume", status="ACTIVE")
        return self.changed(call)

    def stop(self, call: Call) -> Response:
        """End the run, and with scope COMPANY its siblings at the same timestamp."""
        self.require(call, "stop")
        for run in [call.run, *self.also_stopped(call)]:
            self.end(call, run)
        return self.changed(call)

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return self.siblings(call) if call.body["scope"] == "COMPANY" else []

    def siblings(self, call: Call) -> list[Run]:
        """All other runs of the template that have not ended and whose contacts work at the same company."""
        return [
            other
            for other in self.same_tenant(call)
            if other is not call.run
            and self.same_template(call.run, other)
            and self.same_company(call, other)
            and self.can_be_sibling(other)
        ]

    def same_tenant(self, call: Call) -> Iterable[Run]:
        return call.world.runs_of(call.run.organization_id)

    def same_template(self, run: Run, other: Run) -> bool:
        return run.sequence_template_id == other.sequence_template_id

    def same_company(self, call: Call, other: Run) -> bool:
        """Both have a company_domain and it is the same (docs/fixtures.md, "Contacts and lists")."""
        domain = call.world.company_of(call.run).get("company_domain")
        return domain is not None and call.world.company_of(other).get("company_domain") == domain

    def can_be_sibling(self, other: Run) -> bool:
        return other.status not in self.ended

    def end(self, call: Call, run: Run) -> None:
        self.disarm(run, "stop")
        self.change(run, call.now, "stop", status="STOPPED_EARLY")
