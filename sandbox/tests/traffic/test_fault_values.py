"""Fault rules as values: which requests they match, how often they fire, what several inject together, and the header."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.domain.errors import ValidationIssue
from sequences_sandbox.traffic.fault_header import parse_fault_header
from sequences_sandbox.traffic.faults import FaultEffect, FaultMatch, FaultRule, Injection, RequestFacts, inject
from sequences_sandbox.traffic.latency import MOST_MILLISECONDS, Fixed, Lognormal, Uniform

GET = RequestFacts("getSequence", "GET", "/v1/sequences/88c23cea-f199-4cf0-964c-3f1e007417b7", "Read only")
LIST = RequestFacts("listSequences", "GET", "/v1/sequences", "Read and write")
BAD_GATEWAY = FaultEffect(status=502)


def fault(number=1, effect=BAD_GATEWAY, **how):
    match = FaultMatch(**{name: how.pop(name) for name in list(how) if name in FaultMatch.__dataclass_fields__})
    return FaultRule(f"fault-{number}", number, match, effect, **how)


def fired_for(faults, count, asked=GET, moments=None, seed=0):
    """For which of so many requests, counted from 1, a list of rules fires."""
    hits = []
    for number in range(1, count + 1):
        faults, injection = inject(faults, asked, moments[number - 1] if moments else 0, seed)
        if injection is not None:
            hits.append(number)
    return hits


@given(pattern=st.text("ab*", max_size=8), path=st.text("ab", max_size=10))
def test_a_star_in_a_path_stands_for_any_characters(pattern, path):
    expected = re.fullmatch(pattern.replace("*", ".*"), path) is not None
    assert FaultMatch(path=pattern).matches(RequestFacts(None, "GET", path, None)) is expected


def test_no_path_makes_a_pattern_try_again_and_again():
    assert not FaultMatch(path="*a" * 250 + "*b").matches(RequestFacts(None, "GET", "a" * 60_000, None))


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (FaultMatch(), True),
        (FaultMatch(operation="getSequence"), True),
        (FaultMatch(operation="listSequences"), False),
        (FaultMatch(method="get"), True),
        (FaultMatch(method="POST"), False),
        (FaultMatch(key_name="Read only"), True),
        (FaultMatch(key_name="Read and write"), False),
        (FaultMatch(path="/v1/sequences/*"), True),
        (FaultMatch(path="*/88c23cea-*"), True),
        (FaultMatch(path="/v1/sequences"), False),
        (FaultMatch(path="/v1/sequences/."), False),
        (FaultMatch(operation="getSequence", method="POST"), False),
    ],
)
def test_every_part_of_a_match_that_is_given_has_to_match(match, fits):
    assert match.matches(GET) is fits


def test_a_rule_fires_for_the_nth_matching_request_and_no_other():
    assert fired_for((fault(nth=3),), 10) == [3]


def test_a_rule_fires_for_every_nth_matching_request():
    assert fired_for((fault(every=3),), 10) == [3, 6, 9]


def test_only_matching_requests_are_counted():
    faults = (fault(operation="getSequence", nth=2),)
    for asked, expected in ((GET, None), (LIST, None), (GET, Injection(None, BAD_GATEWAY)), (GET, None)):
        faults, injection = inject(faults, asked, 0, 0)
        assert injection == expected


def test_a_rule_fires_so_many_times():
    assert fired_for((fault(times=2),), 10) == [1, 2]
    assert fired_for((fault(times=2, every=3),), 10) == [3, 6]


def test_a_rule_ends_with_its_time_in_the_world():
    assert fired_for((fault(until=10),), 4, moments=[0, 9, 10, 11]) == [1, 2]


@given(seed=st.integers(0, 2**53 - 1), number=st.integers(1, 50), probability=st.floats(0, 1))
def test_the_same_seed_meets_the_same_chances(seed, number, probability):
    faults = (fault(number, probability=probability),)
    assert fired_for(faults, 20, seed=seed) == fired_for(faults, 20, seed=seed)


def test_chance_is_even_and_another_seed_draws_otherwise():
    hits = fired_for((fault(probability=0.25),), 4000)
    assert 900 < len(hits) < 1100
    assert hits != fired_for((fault(probability=0.25),), 4000, seed=1)
    assert fired_for((fault(probability=0),), 500) == []
    assert len(fired_for((fault(probability=1),), 500)) == 500


def test_a_rule_says_whether_it_can_fire_and_why_not():
    once = fault(times=1, until=10, lasting=10)
    assert [once.state(now) for now in (9, 10)] == ["active", "expired"]
    (fired,), _ = inject((once,), GET, 0, 0)
    assert fired.state(0) == "used_up"
    (waiting,), _ = inject((fault(nth=2),), GET, 0, 0)
    assert (waiting.state(0), waiting.matched, waiting.fired) == ("active", 1, 0)
    (passed,), _ = inject((waiting,), GET, 0, 0)
    assert (passed.state(0), passed.matched, passed.fired) == ("used_up", 2, 1)
    disabled = fault(enabled=False, until=10)
    assert disabled.state(10) == "disabled"
    assert inject((disabled, fired, passed), GET, 0, 0) == ((disabled, fired, passed), None)


def test_other_faults_and_requests_do_not_disturb_a_faults_chances():
    alone = fired_for((fault(2, probability=0.5),), 50)
    beside = []
    faults = (fault(1, FaultEffect(latency=Fixed(1)), operation="listSequences"), fault(2, probability=0.5))
    for number in range(1, 51):
        faults, _ = inject((faults[0],), LIST, 0, 0)[0] + faults[1:], None
        faults, injection = inject(faults, GET, 0, 0)
        if injection is not None:
            beside.append(number)
    assert beside == alone


@given(chance=st.floats(0.001, 0.999), low=st.floats(0, 1000), more=st.floats(0, 1000), sigma=st.floats(0, 10))
def test_a_latency_keeps_within_its_bounds(chance, low, more, sigma):
    assert Fixed(low).drawn(chance) == low
    assert low <= Uniform(low, low + more).drawn(chance) <= (low + more) * 1.000001
    assert 0 <= Lognormal(low, sigma).drawn(chance) <= MOST_MILLISECONDS


def test_half_of_lognormal_latencies_are_below_their_median():
    faults = (fault(effect=FaultEffect(latency=Lognormal(100, 0.5))),)
    drawn = []
    for _ in range(1000):
        faults, injection = inject(faults, GET, 0, 7)
        drawn.append(injection.milliseconds)
    assert 450 < sum(milliseconds < 100 for milliseconds in drawn) < 550


def test_latencies_add_up_and_of_other_effects_the_first_stands():
    faults = (
        fault(1, FaultEffect(latency=Fixed(100))),
        fault(2, FaultEffect(latency=Fixed(50))),
        fault(3, FaultEffect(status=503, retry_after=2)),
        fault(4, FaultEffect(status=429, message="no")),
        fault(5, FaultEffect(drip_seconds=3)),
        fault(6, FaultEffect(body="html")),
    )
    _, injection = inject(faults, GET, 0, 0)
    assert injection == Injection(150, FaultEffect(status=503, retry_after=2, drip_seconds=3, body="html"))
    assert injection.label == "latency=150, status=503, retry_after=2, body=html, drip=3"


def test_every_rule_counts_a_request_for_which_another_one_fires():
    faults, _ = inject((fault(1), fault(2, nth=2)), GET, 0, 0)
    assert [(each.matched, each.fired) for each in faults] == [(1, 1), (1, 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status=503", Injection(None, FaultEffect(status=503))),
        (" status = 429 ; retry_after=0", Injection(None, FaultEffect(status=429, retry_after=0))),
        ("latency=250", Injection(250.0)),
        ("latency=12.5, close=midway", Injection(12.5, FaultEffect(close="midway"))),
        ("body=truncated,drip=5", Injection(None, FaultEffect(body="truncated", drip_seconds=5.0))),
    ],
)
def test_a_header_asks_for_effects(text, expected):
    assert parse_fault_header(text) == expected


@pytest.mark.parametrize("text", ["latency=250, status=503, retry_after=2", "close=before", "body=html, drip=2"])
def test_what_was_injected_is_shown_in_the_form_in_which_it_can_be_asked_for(text):
    assert parse_fault_header(text).label == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 50_000, "'name=value' is expected"),
        ("", "'name=value'"),
        ("503", "'name=value'"),
        ("status=503,", "'name=value'"),
        ("status=200", "from 400 to 599"),
        ("status=5O3", "from 400 to 599"),
        ("status=", "from 400 to 599"),
        ("status=503, status=500", "twice"),
        ("latency=-1", "from 0 to 600000"),
        ("latency=nan", "from 0 to 600000"),
        ("latency=fast", "from 0 to 600000"),
        ("drip=601", "from 0 to 600"),
        ("close=after", "before or midway"),
        ("body=garbage", "empty, truncated or html"),
        ("retry_after=2", "goes with a 'status'"),
        ("retry_after=1.5, status=503", "whole number"),
        ("statu=503", "did you mean 'status'?"),
        ("zzz=1", "there are status, retry_after, latency, close, body, drip"),
    ],
)
def test_a_malformed_header_is_rejected_with_what_it_should_be(text, words):
    with pytest.raises(ValidationIssue) as error:
        parse_fault_header(text)
    assert words in error.value.message
    assert "Write it like 'status=503, latency=250'" in error.value.message


@given(st.text(max_size=60))
def test_any_header_is_read_or_rejected(text):
    try:
        injection = parse_fault_header(text)
    except ValidationIssue:
        return
    assert injection.label
