"""Each rule of the contract suite as a test, tried at the target that `--sequences-url` names."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sequences_contract.bench import Bench
from sequences_contract.cli import settings_of
from sequences_contract.rules.registry import Rule, all_rules
from sequences_contract.runner import Watch, select, try_rule
from sequences_contract.verdicts import Verdict


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    url = metafunc.config.getoption("--sequences-url")
    if url is None:
        metafunc.parametrize("rule", [pytest.param(None, marks=pytest.mark.skip(reason="give --sequences-url URL"))])
        return
    settings = settings_of(_arguments(metafunc.config))
    # What judges every answer as it passes comes last: by then there is something to judge.
    rules = sorted(select(settings), key=lambda rule: rule.check is None)
    metafunc.parametrize("rule", rules, ids=[rule.id for rule in rules])


def _arguments(config: pytest.Config) -> list[str]:
    return ["--url", config.getoption("--sequences-url"), *shlex.split(config.getoption("--sequences-options"))]


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest) -> Iterator[tuple[Bench, Watch]]:
    """The target, and what judges every answer; with xdist each worker writes only to its own share of the runs."""
    settings = settings_of(_arguments(request.config))
    worker, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    settings = replace(settings, share=(int(worker.removeprefix("gw")), count), stops=settings.stops // count)
    bench = Bench(settings)
    watch = Watch(bench, all_rules())
    bench.target.observers.append(watch.observe)
    bench.enter()
    yield bench, watch
    bench.close()


def test_rule(rule: Rule, judged: tuple[Bench, Watch]) -> None:
    bench, watch = judged
    if rule.check is None:
        verdict = next(one for one in watch.verdicts() if one.rule.id == rule.id)
    else:
        verdict = try_rule(rule, bench)
    if verdict.name == "not_exercised":
        pytest.skip(verdict.reason)
    assert verdict.name == "passed", _told(verdict)


def _told(verdict: Verdict) -> str:
    first = verdict.evidence[0]
    script = "\n".join(first.curl)
    return f"{verdict.rule.sentence}\nexpected {first.expected}\ngot {first.got}\n{script}"
