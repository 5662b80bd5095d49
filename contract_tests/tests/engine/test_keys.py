"""Further keys that are not what their options want: reported before anything is tried, and never blamed on the target."""

import pytest

from ..mutants import FIXTURE
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError
from ..reference_server.net import serving
from .test_preflight import sentence


@pytest.mark.parametrize("flag", ["--read-key", "--write-key", "--noscope-key", "--other-key"])
def test_a_further_key_that_the_target_does_not_know(check, sound, flag):
    status, text = check(sound, flag, "nonsense")
    assert status == 2
    assert f"the key of {flag} is rejected (401)" in sentence(text)


def test_a_key_is_told_by_the_variable_that_gave_it(check, sound, monkeypatch):
    monkeypatch.setenv("SEQUENCES_CONTRACT_READ_KEY", "nonsense")
    assert "the key of SEQUENCES_CONTRACT_READ_KEY is rejected (401)" in sentence(check(sound)[1])
    monkeypatch.setenv("SEQUENCES_CONTRACT_WRITE_KEY", "nonsense")
    same = "SEQUENCES_CONTRACT_WRITE_KEY is the same key as SEQUENCES_CONTRACT_READ_KEY"
    assert same in check(sound)[1]


def test_another_organization_that_is_the_same(check, sound):
    status, text = check(sound, "--other-key", "topo_contract_readonly")
    assert status == 2
    assert "the key of --other-key is of the same organization as --key" in sentence(text)


class FirstOrganizationForEveryKey(ReferenceServer):
    """The list shows the runs of the first organization, whoever asks."""

    def visible(self, call):
        return call.world.runs_of(next(iter(call.world.names)))


class NoMe(FirstOrganizationForEveryKey):
    """And nothing says which organization a key is of."""

    def route(self, call):
        return self.unknown_path(call) if call.request.path == "/v1/me" else super().route(call)


def test_runs_of_the_first_organization_under_another_ones_key_are_a_leak(check):
    options = ("--other-key", "topo_contract_other_readwrite", "--rule", "access.listSequences.other_organization")
    with serving(FirstOrganizationForEveryKey(FIXTURE)) as url:
        status, text = check(url, *options)
    assert status == 1
    assert "no item of the first organization" in text
    with serving(NoMe(FIXTURE)) as url:
        assert "is of the same organization" in sentence(check(url, *options)[1])


class NoScopeIsNoKey(ReferenceServer):
    """A key that lacks the scope is answered as a key that nobody has."""

    def no_scope(self, call):
        raise ApiError(401, "Send a key with the scope of this operation.")


def test_a_known_key_that_gets_401_in_place_of_403_is_a_violation(check):
    options = ("--noscope-key", "topo_contract_noscope", "--rule", "scope.listSequences.no_scope")
    with serving(NoScopeIsNoKey(FIXTURE)) as url:
        status, text = check(url, *options)
    assert status == 1
    assert "scope.listSequences.no_scope" in text


def test_a_key_that_only_reads_is_enough_where_nothing_is_written(check, sound):
    assert check(sound, "--rule", "me.scopes", key="topo_contract_readonly")[0] == 0


def test_keys_that_are_what_they_should_be_are_let_in(check, sound):
    keys = {"read": "readonly", "write": "writeonly", "noscope": "noscope", "other": "other_readwrite"}
    options = [part for role, name in keys.items() for part in (f"--{role}-key", f"topo_contract_{name}")]
    assert check(sound, *options, "--rule", "scope.listSequences", "--rule", "access.listSequences")[0] == 0
