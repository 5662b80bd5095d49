"""The command as the tests call it."""

from pathlib import Path

import pytest
from sequences_contract.cli import main
from sequences_contract.http.keys import KEY_VARIABLES

from .mutants import FIXTURE
from .reference_server import serve

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
    """The URL of a reference server without a fault."""
    with serve(FIXTURE) as url:
        yield url


@pytest.fixture
def faulty():
    """The URL of a reference server that sorts upwards alone."""
    with serve(FIXTURE, faults=["desc_ignored"]) as url:
        yield url


#: The folders and files whose tests try whole servers, which takes long: the group `suite` of CONTRIBUTING.md.
SLOW_PLACES = {
    "cli", "rules", "test_interruption", "test_lag", "test_mocks", "test_preflight", "test_proxy",
    "test_reference_server", "test_report_command", "test_safety", "test_tags", "test_time", "test_workers",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks slow tests, so that `make quick` can leave them out."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and not SLOW_PLACES.isdisjoint((item.path.parent.name, item.path.stem)):
            item.add_marker("suite")
            item.add_marker("slow")
