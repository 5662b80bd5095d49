"""The command as the tests call it."""

import pytest
from sequences_contract.cli import main
from sequences_contract.exchange import KEY_VARIABLES

from .mutants import FIXTURE
from .specimen import serve

KEY = "topo_contract_readwrite"


@pytest.fixture
def bare_environment(monkeypatch):
    """Neither keys nor a CI in the environment."""
    for name in (*KEY_VARIABLES.values(), "SEQUENCES_CONTRACT_ADMIN_TOKEN", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def check(capsys, bare_environment):
    """Runs `check` at a URL; gives its status and all that it printed, in which no key may stand."""

    def run(url, *options, key=KEY):
        try:
            status = main(["check", "--url", url, *(["--key", key] if key else []), *map(str, options)])
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        assert not key or key not in out + err
        return status, out + err

    return run


@pytest.fixture(scope="session")
def sound():
    """The URL of a specimen without a fault."""
    with serve(FIXTURE) as url:
        yield url


@pytest.fixture
def faulty():
    """The URL of a specimen that sorts upwards alone."""
    with serve(FIXTURE, faults=["desc_ignored"]) as url:
        yield url
