"""Token buckets as values: what they let through, whatever the times of the calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.domain.timestamps import SECOND
from sequences_sandbox.traffic.rate_limits import RateLimit, take

LIMITS = st.builds(RateLimit, st.integers(1, 50), st.integers(1, 100), st.integers(1, 50))
GAPS = st.lists(st.integers(0, 20 * SECOND), max_size=60)


def calls(limit, gaps):
    """The instants of calls with such gaps between them, and the verdict on each."""
    bucket, wall = None, 0
    for gap in gaps:
        wall += gap
        bucket, verdict = take(limit, bucket, wall, wall)
        yield wall, verdict


@given(LIMITS, GAPS)
def test_never_more_than_a_burst_and_what_has_come_back_since_passes(limit, gaps):
    passed = [wall for wall, verdict in calls(limit, gaps) if verdict.allowed]
    for first, begin in enumerate(passed):
        for last in range(first, len(passed)):
            came_back = (passed[last] - begin) * limit.limit / limit.token
            assert last - first + 1 <= limit.burst + came_back + 1e-6


@given(LIMITS, GAPS)
def test_a_client_that_waits_as_told_passes_and_a_second_less_can_be_too_early(limit, gaps):
    bucket, wall = None, 0
    for gap in gaps:
        wall += gap
        bucket, verdict = take(limit, bucket, wall, wall)
        if not verdict.allowed:
            assert verdict.retry_after_seconds >= 1
            later = wall + verdict.retry_after_seconds * SECOND
            assert take(limit, bucket, later, later)[1].allowed
            early = later - SECOND
            if early > wall:
                assert not take(limit, bucket, early, early)[1].allowed


@given(LIMITS, GAPS)
def test_as_many_calls_as_remain_pass_at_once_and_no_more(limit, gaps):
    bucket, verdict, wall = None, None, 0
    for gap in gaps:
        wall += gap
        bucket, verdict = take(limit, bucket, wall, wall)
    if verdict is not None:
        for _ in range(verdict.remaining):
            bucket, again = take(limit, bucket, wall, wall)
            assert again.allowed
        assert not take(limit, bucket, wall, wall)[1].allowed


@given(LIMITS, GAPS)
def test_after_the_seconds_to_reset_the_bucket_is_full(limit, gaps):
    bucket, verdict, wall = None, None, 0
    for gap in gaps:
        wall += gap
        bucket, verdict = take(limit, bucket, wall, wall)
    if verdict is not None:
        later = wall + verdict.reset_seconds * SECOND
        assert take(limit, bucket, later, later)[1].remaining == limit.burst - 1


def test_a_refused_call_takes_nothing():
    limit = RateLimit(1, 10, 1)
    bucket, _ = take(limit, None, 0, 0)
    for wall in range(SECOND, 10 * SECOND, SECOND):
        bucket, verdict = take(limit, bucket, wall, wall)
        assert not verdict.allowed
    assert take(limit, bucket, 10 * SECOND, 10 * SECOND)[1].allowed


@pytest.mark.parametrize(("wall", "world"), [(10 * SECOND, 0), (0, 10 * SECOND)])
def test_real_time_fills_a_bucket_and_so_does_a_clock_that_is_moved(wall, world):
    limit = RateLimit(1, 10, 1)
    bucket, _ = take(limit, None, 0, 0)
    assert take(limit, bucket, wall, world)[1].allowed


def test_a_clock_set_back_fills_nothing_and_takes_nothing():
    limit = RateLimit(2, 10, 2)
    bucket, _ = take(limit, None, 100 * SECOND, 100 * SECOND)
    bucket, verdict = take(limit, bucket, 0, 0)
    assert (verdict.allowed, verdict.remaining) == (True, 0)
