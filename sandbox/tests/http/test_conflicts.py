"""Other processes change a world at the same time: a read is never in conflict, and a write only in the end."""

import pytest
from sequences_sandbox.domain.timestamps import DAY
from sequences_sandbox.store.base import conflict
from sequences_sandbox.worlds import conflicts
from sequences_sandbox.worlds.transaction import Transaction

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
UNTIL = {"paused_until": "2030-01-04T08:00:00Z"}


@pytest.fixture
def others_first(api, monkeypatch):
    """Lets others be first at so many commits from now on; what falls due by then is still to be applied."""

    def begin(times):
        commit, left = Transaction.commit, [times]

        def late(self):
            if left[0] and self._written:
                left[0] -= 1
                raise conflict()
            commit(self)

        monkeypatch.setattr(Transaction, "commit", late)
        api.clock.advance(3 * DAY)

    monkeypatch.setattr(conflicts, "_PATIENCE_SECONDS", 0.05)
    return begin


@pytest.mark.parametrize("path", ["sequences", f"sequences/{RUN}", "/_sandbox/world/export"])
def test_a_read_tries_again_to_apply_what_fell_due(api, others_first, path):
    others_first(2)
    assert api("GET", path).status_code == 200


@pytest.mark.parametrize("path", ["sequences", f"sequences/{RUN}", "/_sandbox/world/export"])
def test_a_read_that_others_are_always_before_is_to_come_again(api, others_first, path):
    others_first(10**9)
    answer = api("GET", path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["message"] == "Others change this world all the time; try again."


def test_a_write_that_others_are_always_before_is_in_conflict(api, others_first):
    others_first(10**9)
    assert api("POST", f"sequences/{RUN}/pause", json=UNTIL).status_code == 409
