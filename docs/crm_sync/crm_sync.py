"""Keeps a CRM and the Sequences API in step: runs are mirrored into the CRM, and what happens there steers the runs."""

from dataclasses import dataclass, field
from datetime import datetime

from sequences_api import ApiError, Run, SequencesApi


@dataclass
class Crm:
    """Stands for the CRM: the runs as last seen, and notes for sales."""

    runs: dict[str, Run] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, run: Run, text: str) -> None:
        """Leaves a note on the contact of a run."""
        self.notes.append((run["contact_id"], text))


class CrmSync:
    """The integration."""

    def __init__(self, api: SequencesApi, crm: Crm) -> None:
        self._api = api
        self._crm = crm
        self._seen: datetime | None = None

    def mirror(self) -> int:
        """Writes into the CRM what changed since the last time, and returns how many runs that were.

        The list comes by last change, latest first. What changes while the pages are read moves to the front: a run may be
        seen twice then, never missed.
        """
        latest, written = self._seen, 0
        for run in self._api.runs(sort_by="updated_at", sort_order="desc"):
            changed_at = datetime.fromisoformat(run["updated_at"])
            if self._seen is not None and changed_at < self._seen:
                break
            latest = max(latest or changed_at, changed_at)
            written += self._write(run)
        self._seen = latest
        return written

    def out_of_office(self, contact_id: str, until: str) -> list[str]:
        """Pauses the contact's runs until they are back; returns the ids. One that cannot be paused gets a note."""
        paused = []
        for run in [run for run in self._crm.runs.values() if run["contact_id"] == contact_id]:
            try:
                self._write(self._api.pause(run["id"], until))
            except ApiError as error:
                if error.status_code != 422:
                    raise
                self._crm.note(run, f"not paused, it is {run['status']}")
            else:
                paused.append(run["id"])
        return paused

    def deal_won(self, run_id: str) -> None:
        """Stops writing to the whole company."""
        self._write(self._api.stop(run_id, "WIN", "COMPANY"))
        self.mirror()

    def deal_lost(self, run_id: str) -> None:
        """Stops writing to this contact."""
        self._write(self._api.stop(run_id, "LOSE", "CONTACT"))

    def _write(self, run: Run) -> bool:
        known = self._crm.runs.get(run["id"])
        self._crm.runs[run["id"]] = run
        return run != known
