"""One journey: a Hypothesis state machine walks over a run taken fresh for each trace, and a model says what it should be.

Nobody resets the target between two traces, so what a trace stops is gone: each begins with another run, stops are counted
against their budget, and what shrinking may spend is bounded.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import rule as step

from .. import instants
from ..bench import SHORT
from ..instants import MICROSECOND
from ..target import TargetError
from ..trial import NotExercised, Violation

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial
    from .ledger import Ledger

FAR = "2100-01-04T08:00:00Z"
_ACTIVE, _PAUSED, _ENDED = "ACTIVE", "WAITING_FOR_LEAD", "STOPPED_EARLY"
_TEXTS = st.sampled_from(["", "a", " b ", "ü", "{{x}}", "B", "long " * 60])
_CHANGES = st.dictionaries(st.sampled_from(["suite_a", "suite_b", "suite_ü"]), st.none() | _TEXTS, max_size=3)
_BAD = st.sampled_from([{}, {"paused_until": "soon"}, {"paused_until": "2001-01-01T00:00:00Z"}])


class Journey(RuleBasedStateMachine):
    """One trace: a run, a bystander that must stay as it is, and what the run should be."""

    def __init__(self, trial: Trial, ledger: Ledger) -> None:
        super().__init__()
        self.trial, self.ledger = trial, ledger
        self.answers: list[Answer] = []
        self.until: Any = None
        self.wakes = False
        self.failed = False
        self.borrowed = contextlib.ExitStack()
        if ledger.failures:
            ledger.shrinks += 1
        if ledger.over or ledger.exhausted:
            reject()
        try:
            self.run = self.borrowed.enter_context(trial.borrow(_ACTIVE))
            self.bystander = self._take_bystander()
        except NotExercised as reason:
            ledger.exhausted = reason
            self.borrowed.close()
            reject()
        self.status, self.variables = self.run.status, dict(self.run.variables or {})
        ledger.traces += 1

    def _take_bystander(self) -> Run:
        """Another ACTIVE run, of the same template where there is one."""
        template = self.run.template
        with contextlib.suppress(NotExercised):
            return self.borrowed.enter_context(self.trial.borrow(_ACTIVE, lambda other: other.template == template))
        return self.borrowed.enter_context(self.trial.borrow(_ACTIVE))

    def teardown(self) -> None:
        """The bystander is looked at, and both runs go back."""
        if not hasattr(self, "bystander"):
            return
        with self.borrowed, self._kept():
            if not self.failed:
                self._compare(self.trial.get(self.run.id))
                self.trial.same(self.bystander, self.answers)

    # -- the steps ----------------------------------------------------------------------------------------------
    # Hypothesis must be free to draw any of them at any time: what it may draw must not hang on what the target answers, nor
    # on how many stops are left. A step that does not fit does nothing.

    @step(changes=_CHANGES)
    def update(self, changes: dict[str, str | None]) -> None:
        if self.status == _ENDED and not self.trial.strict:
            return
        with self._kept():
            answer = self.trial.update(self.run.id, changes)
            merged: dict[str, Any] = {**self.variables, **changes}
            self.variables = {key: text for key, text in merged.items() if text is not None}
            self._compare(answer)

    @step(later=st.integers(900, 90_000))
    def pause(self, later: int) -> None:
        if self.status != _ACTIVE and not self.trial.strict:
            return
        with self._kept():
            answer = self.trial.pause(self.run.id, instants.write(instants.parse(FAR) + later))
            self._moved(answer, _PAUSED, from_=(_ACTIVE, _PAUSED))
            self.wakes = False

    @step()
    def pause_briefly(self) -> None:
        if self.status != _ACTIVE or self.trial.bench.control is None:
            return
        with self._kept():
            now = self.trial.arranged(self.trial.update(self.run.id, {"suite_clock": f"{len(self.answers)}"})).updated
            self.variables["suite_clock"] = f"{len(self.answers)}"
            answer = self.trial.pause(self.run.id, instants.write(now + SHORT))
            self._moved(answer, _PAUSED, from_=(_ACTIVE,))
            self.until, self.wakes = (now + SHORT, answer, now), True

    @step()
    def let_time_pass(self) -> None:
        """The short pause ends, unless a resume, a stop or another pause has overtaken it."""
        if self.until is None:
            return
        with self._kept():
            self.trial.bench.pass_until(*self.until)
            self.until = None
            if self.status == _PAUSED and self.wakes:
                self.status = _ACTIVE
            self._compare(self.trial.get(self.run.id))

    @step()
    def resume(self) -> None:
        with self._kept():
            self._moved(self.trial.resume(self.run.id), _ACTIVE, from_=(_PAUSED,))

    @step(why=st.sampled_from(["WIN", "LOSE"]))
    def stop(self, why: str) -> None:
        if self.ledger.stops == 0 or (self.status == _PAUSED and not self.trial.strict):
            return
        with self._kept():
            if self.status != _ENDED:
                self.trial.bench.stops.spend()
                self.ledger.stops -= 1
            self._moved(self.trial.stop(self.run.id, "CONTACT", why), _ENDED, from_=(_ACTIVE, _PAUSED))

    @step(body=_BAD)
    def pause_badly(self, body: dict[str, str]) -> None:
        with self._kept():
            answer = self.trial.call("POST", f"/sequences/{self.run.id}/pause", json=body)
            self._that(400 <= answer.status < 500, "a refusal", answer.summary(), answer)
            self.answers.append(answer)

    @step()
    def read(self) -> None:
        with self._kept():
            self._compare(self.trial.get(self.run.id))

    @step()
    def find(self) -> None:
        """The run is in the list of its status, and in no other."""
        with self._kept():
            bounds = {
                "created_at_after": instants.write(self.run.created - MICROSECOND),
                "created_at_before": instants.write(self.run.created + MICROSECOND),
            }
            for status in (_ACTIVE, _PAUSED, _ENDED):
                answer = self.trial.search(**bounds, status=status, size=100)
                found = [one for one in self.trial.page_of(answer).items if one.id == self.run.id]
                fits = bool(found) == (status == self.status)
                self._that(fits, f"the run in the list of {self.status} only", f"{len(found)} in {status}", answer)
            self.answers.append(answer)

    # -- judging ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _kept(self) -> Any:
        """What a step finds is kept, since nothing promises that the same walk fails again."""
        try:
            yield
        except (Violation, TargetError) as failure:
            self.failed = True
            self.ledger.note(failure)
            raise
        except NotExercised as reason:
            self.failed = True
            self.ledger.exhausted = reason
            raise

    def _moved(self, answer: Answer, wanted: str, from_: tuple[str, ...]) -> None:
        if self.status in from_:
            self.status = wanted
            self._compare(answer)
            return
        if self.trial.strict:
            self._that(answer.status == 422, f"422 of a run that is {self.status}", answer.summary(), answer)
        else:
            self._that(answer.status < 500, "an answer below 500", answer.summary(), answer)
        self.answers.append(answer)

    def _compare(self, answer: Answer) -> None:
        self._that(answer.status == 200, "200", answer.summary(), answer)
        run = self.trial.run_of(answer)
        self._that(run.status == self.status, self.status, run.status, answer)
        self._that((run.variables or {}) == self.variables, f"variables {self.variables}", f"{run.variables}", answer)
        self.answers.append(answer)

    def _that(self, truth: bool, expected: str, got: str, answer: Answer) -> None:
        self.trial.that(truth, expected, got, *self.answers, answer)
