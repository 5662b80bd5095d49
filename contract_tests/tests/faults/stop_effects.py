"""What a stop does to the runs that it ends."""

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response
from ..reference_server.world import Run
from .scripts import ALL, COMPANY, stop

planted = Catalog("stop")


class Ending(ReferenceServer):
    """Ends a run or its siblings in another way."""

    def end(self, call: Call, run: Run) -> None:
        if run is call.run:
            self.end_named(call, run)
        else:
            self.end_sibling(call, run)

    def end_named(self, call: Call, run: Run) -> None:
        super().end(call, run)

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end(call, run)


@planted.documented("stop.company.stops_active_siblings", f"{COMPANY} && {ALL}")
class CompanyStopForgetsNamedRun(Ending):
    """A COMPANY stop stops the siblings and not the named run."""

    def end_named(self, call: Call, run: Run) -> None:
        if call.body["scope"] != "COMPANY":
            super().end_named(call, run)


@planted.documented("stop.company.only_status_changes", f"{COMPANY} && {ALL}")
class SiblingsLeaveUpdatedAt(Ending):
    """A COMPANY stop does not move the siblings' `updated_at`."""

    def end_sibling(self, call: Call, run: Run) -> None:
        before = run.updated_at
        super().end_sibling(call, run)
        run.updated_at = before


@planted.documented("stop.company.only_status_changes", f"{COMPANY} && {ALL}")
class SiblingsMovedBack(Ending):
    """A COMPANY stop sets the siblings' `updated_at` back to their `created_at`."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.updated_at = run.created_at


@planted.strict("stop.company.one_time", f"{COMPANY} && {ALL}")
class SiblingsStopLater(Ending):
    """A COMPANY stop ends each sibling a little later than the one before."""

    def end_sibling(self, call: Call, run: Run) -> None:
        call.now += 1_000
        super().end_sibling(call, run)


@planted.documented("stop.company.stops_active_siblings", f"{COMPANY} && {ALL}")
class SiblingsCompleted(Ending):
    """A COMPANY stop makes the siblings COMPLETED."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.status = "COMPLETED"


@planted.documented("stop.company.stops_active_siblings", f"{COMPANY} && {ALL}")
class SiblingsPaused(Ending):
    """A COMPANY stop merely pauses the siblings."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.status = "WAITING_FOR_LEAD"


@planted.documented("stop.company.only_status", f"{COMPANY} && {ALL}")
class SiblingsLoseVariables(Ending):
    """A COMPANY stop gives the siblings the named run's variables."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.variables = call.run.variables


@planted.strict("stop.company.for_good", f"{COMPANY} && wait P2D && GET {{colleague_paused}}")
class PausedSiblingWakes(Ending):
    """A paused sibling becomes ACTIVE when its pause would have ended."""

    def end_sibling(self, call: Call, run: Run) -> None:
        timers = list(run.timers)
        super().end_sibling(call, run)
        run.timers = timers

    def wakes(self, run: Run) -> bool:
        return super().wakes(run) or run.status == "STOPPED_EARLY"


@planted.documented(
    "stop.contact.exactly_one stop.rejects.reason stop.for_good", f"{stop('WIN', 'CONTACT')} && GET {{active}}"
)
class WonRunsSucceed(Ending):
    """A stop with the reason WIN ends in SUCCEEDED."""

    def end_named(self, call: Call, run: Run) -> None:
        super().end_named(call, run)
        run.status = "SUCCEEDED" if call.body["reason"] == "WIN" else run.status


@planted.documented(
    "stop.contact.exactly_one stop.rejects.reason stop.for_good", f"{stop('LOSE', 'CONTACT')} && GET {{active}}"
)
class LostRunsAreRefused(Ending):
    """A stop with the reason LOSE ends in REFUSED."""

    def end_named(self, call: Call, run: Run) -> None:
        super().end_named(call, run)
        run.status = "REFUSED" if call.body["reason"] == "LOSE" else run.status


@planted.documented("lifecycle.stop stop.for_good", f"{stop('WIN', 'CONTACT')} && GET {{active}}")
class StopNotKept(ReferenceServer):
    """The response shows the stop, and then it is forgotten."""

    def stop(self, call: Call) -> Response:
        before = vars(call.run).copy()
        response = super().stop(call)
        vars(call.run).update(before)
        return response


@planted.documented(
    "stop.company.rejected_changes_nothing stop.rejects lifecycle.stop",
    f"{stop('WIN', 'COMPANY', 'colleague_done')} && {ALL}",
)
class RejectedCompanyStopStopsSiblings(ReferenceServer):
    """A COMPANY stop of a run that has ended is rejected, and its siblings are stopped."""

    def reject_event(self, call: Call, event: str) -> None:
        for run in self.also_stopped(call) if event == "stop" else ():
            self.end(call, run)
        super().reject_event(call, event)
