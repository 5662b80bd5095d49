"""`pytest contract_tests --sequences-url URL`: the rules as tests, for those who live in pytest."""

import shlex
from pathlib import Path

import pytest

_TESTS_OF_THE_SUITE = Path(__file__).resolve().parent / "tests"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sequences-contract")
    group.addoption("--sequences-url", metavar="URL", help="the target, base path included; else nothing is tried")
    group.addoption(
        "--sequences-options",
        metavar="OPTIONS",
        default="",
        help="further options as `sequences-contract check` takes them, in one string; keys are better in the environment",
    )


def pytest_configure(config: pytest.Config) -> None:
    """What cannot be done as it was asked is reported in one line, before anything is collected."""
    if config.getoption("--sequences-url") is None:
        return
    from sequences_contract.cli.expectations import ExpectationError  # noqa: PLC0415  # wanted only here
    from sequences_contract.cli.option_values import UsageError  # noqa: PLC0415
    from sequences_contract.cli.plan import planned  # noqa: PLC0415

    try:
        planned(["--url", config.getoption("--sequences-url"), *shlex.split(config.getoption("--sequences-options"))])
    except (UsageError, ExpectationError, ValueError) as error:
        raise pytest.UsageError(f"--sequences-url, --sequences-options: {error}") from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where a target is judged, the tests of the suite itself are no part of it."""
    return True if config.getoption("--sequences-url") and collection_path == _TESTS_OF_THE_SUITE else None
