"""One journey: a Hypothesis state machine walks over a run taken fresh for each trace, and a model says what it should be.

Nobody resets the target between two traces, so what a trace stops is gone: each begins with another run, stops are counted
against their budget, and what shrinking may spend is bounded.
"""

import contextlib
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, reject, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.stateful import rule as step

from ...contract import timestamps
from ...engine import FAR, NotExercised, RuleContext, Run, Violation, side_by_side
from ...http.messages import Response
from ...http.target import BrokenConnection, PutOff, TargetError
from ..consistency.views import around
from .findings import Findings

_LONGEST = 30
#: Traces at least, and the part of what is generated in all that is one.
_FEWEST, _SHARE = 8, 5
#: No real time reaches the end of a pause that a control API is there to end.
_HOUR = 3600
_ACTIVE, _PAUSED, _ENDED = "ACTIVE", "WAITING_FOR_LEAD", "STOPPED_EARLY"
_TEXTS = st.sampled_from(["", "a", " b ", "ü", "{{x}}", "B", "long " * 60])
_CHANGES = st.dictionaries(st.sampled_from(["suite_a", "suite_b", "suite_ü"]), st.none() | _TEXTS, max_size=3)
_BAD = st.sampled_from([{}, {"paused_until": "soon"}, {"paused_until": "2001-01-01T00:00:00Z"}])


class Journey(RuleBasedStateMachine):
    """One trace: a run, a neighbour that must stay as it is, and what the run should be."""

    def __init__(self, context: RuleContext, findings: Findings) -> None:
        super().__init__()
        self.context, self.findings = context, findings
        self.responses: list[Response] = []
        self.until: Any = None
        self.wakes = False
        self.failed = False
        self.leased = contextlib.ExitStack()
        if not findings.may_begin():
            reject()
        try:
            self.run = self.leased.enter_context(context.lease(_ACTIVE))
            self.neighbour = self._lease_neighbour()
        except (NotExercised, PutOff) as reason:
            findings.exhaust(reason)
            self.leased.close()
            reject()
        self.status, self.variables = self.run.status, dict(self.run.variables or {})
        findings.began()

    def _lease_neighbour(self) -> Run:
        """Another ACTIVE run, of the same template where there is one."""
        template = self.run.template
        with contextlib.suppress(NotExercised):
            return self.leased.enter_context(self.context.lease(_ACTIVE, lambda other: other.template == template))
        return self.leased.enter_context(self.context.lease(_ACTIVE))

    def teardown(self) -> None:
        """The neighbour is looked at, and both runs go back."""
        if not hasattr(self, "neighbour"):
            return
        with self.leased, self._kept():
            if not self.failed:
                self._compare(self.context.get(self.run.id))
                self.context.unchanged(self.neighbour, self.responses)

    # Hypothesis must be free to draw any of them at any time: what it may draw must not hang on what the target responds, nor
    # on how many stops are left. A step that does not fit does nothing.

    @step(changes=_CHANGES)
    def update(self, changes: dict[str, str | None]) -> None:
        if self.status == _ENDED and not self.context.strict:
            return
        with self._kept():
            response = self.context.update(self.run.id, changes)
            merged: dict[str, Any] = {**self.variables, **changes}
            self.variables = {key: text for key, text in merged.items() if text is not None}
            self._compare(response)

    @step(later=st.integers(900, 90_000))
    def pause(self, later: int) -> None:
        if self.status != _ACTIVE and not self.context.strict:
            return
        with self._kept():
            response = self.context.pause(self.run.id, timestamps.write(timestamps.parse(FAR) + later))
            self._moved(response, _PAUSED, from_=(_ACTIVE, _PAUSED))
            self.wakes = False

    @step()
    def pause_briefly(self) -> None:
        if self.status != _ACTIVE or self.context.session.control is None:
            return
        with self._kept():
            now = self.context.prepared(
                self.context.update(self.run.id, {"suite_clock": f"{len(self.responses)}"})
            ).updated
            self.variables["suite_clock"] = f"{len(self.responses)}"
            response = self.context.pause(self.run.id, timestamps.write(now + _HOUR))
            self._moved(response, _PAUSED, from_=(_ACTIVE,))
            self.until, self.wakes = (now + _HOUR, response, now), True

    @step()
    def let_time_pass(self) -> None:
        """The short pause ends, unless a resume, a stop or another pause has overtaken it."""
        if self.until is None:
            return
        with self._kept():
            self.context.session.clock.pass_until(*self.until)
            self.until = None
            if self.status == _PAUSED and self.wakes:
                self.status = _ACTIVE
            self._compare(self.context.get(self.run.id))

    @step()
    def resume(self) -> None:
        with self._kept():
            self._moved(self.context.resume(self.run.id), _ACTIVE, from_=(_PAUSED,))

    @step(why=st.sampled_from(["WIN", "LOSE"]))
    def stop(self, why: str) -> None:
        if self.status == _PAUSED and not self.context.strict:
            return
        if self.status != _ENDED and not self.findings.take_stop():
            return
        with self._kept():
            if self.status != _ENDED:
                self.context.session.stops.spend()
            self._moved(self.context.stop(self.run.id, "CONTACT", why), _ENDED, from_=(_ACTIVE, _PAUSED))

    @step(body=_BAD)
    def pause_badly(self, body: dict[str, str]) -> None:
        with self._kept():
            response = self.context.call("POST", f"/sequences/{self.run.id}/pause", json=body)
            self._check(400 <= response.status < 500, "an error response", response.summary(), response)
            self.responses.append(response)

    @step()
    def read(self) -> None:
        with self._kept():
            self._compare(self.context.get(self.run.id))

    @step()
    def find(self) -> None:
        """The run is in the list of its status, and in no other."""
        with self._kept():
            bounds = around(self.context, self.run)
            for status in (_ACTIVE, _PAUSED, _ENDED):
                response = self.context.search(**bounds, status=status, size=100)
                page = self.context.page_of(response)
                found = [one for one in page.items if one.id == self.run.id]
                fits = bool(found) == (status == self.status) or (page.has_more and not found)
                self._check(fits, f"the run in the list of {self.status} only", f"{len(found)} in {status}", response)
            self.responses.append(response)

    @contextlib.contextmanager
    def _kept(self) -> Any:
        """What a step finds is kept, since nothing promises that the same walk fails again."""
        try:
            yield
        except BrokenConnection:
            self.failed = True
            self.findings.broke()
            reject()
        except (NotExercised, PutOff) as reason:
            self.failed = True
            self.findings.exhaust(reason)
            raise
        except (Violation, TargetError) as failure:
            self.failed = True
            self.findings.note(failure)
            raise

    def _moved(self, response: Response, wanted: str, from_: tuple[str, ...]) -> None:
        if self.status in from_:
            self.status = wanted
            self._compare(response)
            return
        if self.context.strict:
            self._check(response.status == 422, f"422 of a run that is {self.status}", response.summary(), response)
        else:
            self._check(response.status < 500, "a response below 500", response.summary(), response)
        self.responses.append(response)

    def _compare(self, response: Response) -> None:
        self._check(response.status == 200, "200", response.summary(), response)
        run = self.context.run_of(response)
        self._check(run.status == self.status, self.status, run.status, response)
        self._check(
            (run.variables or {}) == self.variables, f"variables {self.variables}", f"{run.variables}", response
        )
        self.responses.append(response)

    def _check(self, truth: bool, expected: str, got: str, response: Response) -> None:
        self.context.check(truth, expected, got, *self.responses, response)


def walk(context: RuleContext, findings: Findings, walkers: int) -> None:
    """Walks until something is found or enough was tried, so many at a time; `findings` has what became of it."""
    traces = max(_FEWEST, context.session.settings.max_examples // _SHARE)
    options = settings(
        max_examples=-(-traces // walkers), stateful_step_count=_LONGEST, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )  # fmt: skip

    def walk_as(number: int) -> None:
        def start() -> Journey:
            return Journey(context, findings)

        seed(context.session.settings.seed + number)(start)
        with contextlib.suppress(Violation, TargetError, NotExercised, Flaky, Unsatisfiable):  # the findings know
            run_state_machine_as_test(start, settings=options)  # type: ignore[arg-type]  # any factory will do

    side_by_side([partial(walk_as, number) for number in range(walkers)], walkers)
