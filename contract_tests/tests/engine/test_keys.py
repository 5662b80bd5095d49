"""Further keys that are not what their options want: reported before anything is tried, and never blamed on the target."""

import pytest

from .test_preflight import sentence


@pytest.mark.parametrize("flag", ["--read-key", "--write-key", "--noscope-key", "--other-key"])
def test_a_further_key_that_the_target_does_not_know(check, sound, flag):
    status, text = check(sound, flag, "nonsense")
    assert status == 2
    assert f"the key of {flag} is rejected (401)" in sentence(text)


def test_another_organization_that_is_the_same(check, sound):
    status, text = check(sound, "--other-key", "topo_contract_readonly")
    assert status == 2
    assert "the key of --other-key lists the same items as that of --key" in sentence(text)


def test_keys_that_are_what_they_should_be_are_let_in(check, sound):
    keys = {"read": "readonly", "write": "writeonly", "noscope": "noscope", "other": "other_readwrite"}
    options = [part for role, name in keys.items() for part in (f"--{role}-key", f"topo_contract_{name}")]
    assert check(sound, *options, "--rule", "scope.listSequences", "--rule", "access.listSequences")[0] == 0
