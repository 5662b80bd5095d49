"""`pytest contract_tests --sequences-url URL`: the rules as tests, for those who live in pytest."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sequences-contract")
    group.addoption("--sequences-url", metavar="URL", help="the target, base path included; else nothing is tried")
    group.addoption(
        "--sequences-options",
        metavar="OPTIONS",
        default="",
        help="further options as `sequences-contract check` takes them, in one string; keys are better in the environment",
    )
