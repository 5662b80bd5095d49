"""Ten tests of an integration, each in a world of its own. Run them with `pytest docs/crm_sync`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crm_sync import Crm, CrmSync
from sequences_api import ApiError, SequencesApi
from sequences_sandbox_client import World

pytestmark = pytest.mark.sequences_world(fixture=Path(__file__).with_name("world.yaml"))

ADA, CLEO = "0c000000-0000-4000-8000-00000000000a", "0c000000-0000-4000-8000-00000000000c"
ADAS_RUN, BENS_RUN, CLEOS_RUN = (f"0e000000-0000-4000-8000-00000000000{letter}" for letter in "abc")


class Waits(list[float]):
    """Sleeps by moving the world's clock, and remembers for how long."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._clock = world.clock

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
        self._clock.advance(seconds=seconds)


@pytest.fixture
def crm() -> Crm:
    return Crm()


@pytest.fixture
def waits(sequences_world: World) -> Waits:
    return Waits(sequences_world)


@pytest.fixture
def api(sequences_world: World, waits: Waits) -> Iterator[SequencesApi]:
    api = SequencesApi(sequences_world.url, sequences_world.key, page_size=2, sleep=waits)
    yield api
    api.close()


@pytest.fixture
def sync(api: SequencesApi, crm: Crm) -> CrmSync:
    sync = CrmSync(api, crm)
    sync.mirror()
    return sync


def statuses(crm: Crm) -> dict[str, str]:
    return {run_id: run["status"] for run_id, run in crm.runs.items()}


def test_every_run_is_mirrored_page_by_page(sequences_world: World, sync: CrmSync, crm: Crm) -> None:
    assert statuses(crm) == {ADAS_RUN: "ACTIVE", BENS_RUN: "ACTIVE", CLEOS_RUN: "WAITING_FOR_USER"}
    sequences_world.journal.verify("listSequences", query={"size": "2"}, exactly=2)


def test_the_next_time_only_what_changed_is_written(sequences_world: World, sync: CrmSync, crm: Crm) -> None:
    assert sync.mirror() == 0
    sequences_world.clock.advance("P1D")
    assert sync.mirror() == 1
    assert crm.runs[BENS_RUN]["status"] == "WAITING_FOR_USER"


def test_out_of_office_pauses_until_the_contact_is_back(sequences_world: World, sync: CrmSync, crm: Crm) -> None:
    assert sync.out_of_office(ADA, "2026-03-09T08:00:00Z") == [ADAS_RUN]
    assert crm.runs[ADAS_RUN]["status"] == "WAITING_FOR_LEAD"
    sequences_world.clock.advance(to="2026-03-09T08:00:00Z")
    sync.mirror()
    assert crm.runs[ADAS_RUN]["status"] == "ACTIVE"


def test_a_run_that_waits_for_its_user_is_not_paused_and_gets_a_note(sync: CrmSync, crm: Crm) -> None:
    assert sync.out_of_office(CLEO, "2026-03-09T08:00:00Z") == []
    assert crm.notes == [(CLEO, "not paused, it is WAITING_FOR_USER")]


def test_a_won_deal_stops_everyone_at_the_company(sequences_world: World, sync: CrmSync, crm: Crm) -> None:
    sync.deal_won(ADAS_RUN)
    assert statuses(crm) == {ADAS_RUN: "STOPPED_EARLY", BENS_RUN: "STOPPED_EARLY", CLEOS_RUN: "WAITING_FOR_USER"}
    sequences_world.journal.verify("stopSequence", body={"reason": "WIN", "scope": "COMPANY"}, exactly=1)


def test_a_lost_deal_stops_one_contact_alone(sequences_world: World, sync: CrmSync) -> None:
    sequences_world.snapshot()
    sync.deal_lost(ADAS_RUN)
    [change] = sequences_world.diff()["changed"]
    assert (change["id"], change["fields"]["status"]["to"]) == (ADAS_RUN, "STOPPED_EARLY")
    sequences_world.journal.verify("stopSequence", sequence_id=ADAS_RUN, body={"reason": "LOSE"}, exactly=1)


def test_a_429_is_waited_out_for_as_long_as_it_says(sequences_world: World, sync: CrmSync, waits: Waits) -> None:
    sequences_world.faults.add(status=429, retry_after=7, on="pauseSequence", times=1)
    assert sync.out_of_office(ADA, "2026-03-09T08:00:00Z") == [ADAS_RUN]
    assert waits == [7]


def test_a_rate_limit_slows_the_sync_down_and_loses_nothing(
    sequences_world: World, api: SequencesApi, waits: Waits
) -> None:
    sequences_world.rate_limit(1, per_seconds=30)
    assert len(list(api.runs())) == 3
    assert waits == [30]


def test_a_503_is_tried_again_ever_later_and_in_the_end_reported(
    sequences_world: World, sync: CrmSync, waits: Waits
) -> None:
    sequences_world.faults.add(status=503, on="stopSequence")
    with pytest.raises(ApiError, match="503"):
        sync.deal_lost(ADAS_RUN)
    assert waits == [2, 4, 8, 16]
    sequences_world.journal.verify("stopSequence", status=503, exactly=5)


def test_a_response_that_got_lost_is_no_failure(sequences_world: World, sync: CrmSync, crm: Crm) -> None:
    sequences_world.faults.add(close="midway", on="stopSequence", times=1)
    sync.deal_lost(ADAS_RUN)
    assert crm.runs[ADAS_RUN]["status"] == "STOPPED_EARLY"
    sequences_world.journal.verify_order({"on": "stopSequence"}, {"on": "stopSequence", "status": 422})
