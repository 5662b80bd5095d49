from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.domain.timestamps import (
    DAY,
    EARLIEST,
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    TimestampError,
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_agrees_with_datetime_and_survives_the_round_trip(moment):
    instant = parse_timestamp(moment.isoformat())
    assert instant == (moment - EPOCH) // timedelta(microseconds=1)
    assert parse_timestamp(format_timestamp(instant)) == instant


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-02t09:00:00z", "2026-03-02T09:00:00Z"),
        ("2026-03-02T10:30:00+01:30", "2026-03-02T09:00:00Z"),
        ("2026-03-01T09:01:00-23:59", "2026-03-02T09:00:00Z"),
        ("2026-03-02T09:00:00-00:00", "2026-03-02T09:00:00Z"),
        ("2026-03-02T09:00:00.000000000Z", "2026-03-02T09:00:00Z"),
        ("2026-03-02T09:00:00.1234569Z", "2026-03-02T09:00:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T18:59:60-05:00", "2017-01-01T00:00:00Z"),
    ],
)
def test_forms_that_rfc_3339_allows_are_read(text, same):
    assert parse_timestamp(text) == parse_timestamp(same)


def test_instants_beyond_the_years_1_to_9999_still_compare():
    before = parse_timestamp("0001-01-01T00:00:00+05:00")
    after = parse_timestamp("9999-12-31T23:59:59-05:00")
    assert before == parse_timestamp("0001-01-01T00:00:00Z") - 5 * HOUR
    assert after == LATEST - 999_999 + 5 * HOUR
    assert parse_timestamp("0000-12-31T00:00:00Z") == parse_timestamp("0001-01-01T00:00:00Z") - DAY


def test_digits_beyond_the_microsecond_round_as_asked():
    exact = parse_timestamp("2026-03-02T09:00:00.123456Z")
    assert parse_timestamp("2026-03-02T09:00:00.1234560001Z") == exact
    assert parse_timestamp("2026-03-02T09:00:00.1234560001Z", round_up=True) == exact + 1
    assert parse_timestamp("2026-03-02T09:00:00.1234560000Z", round_up=True) == exact


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-03-02T09:00:00 01:00", "the '+' of its offset arrived as a space"),
        ("2026-03-02T09:00:00", "no offset"),
        ("2026-03-02T09:00", "no offset"),
        ("2026-02-30T09:00:00Z", "no such day"),
        ("0000-02-30T09:00:00Z", "no such day"),
        ("2026-03-02T24:00:00Z", "no such time of day"),
        ("2026-03-02T09:60:00Z", "no such time of day"),
        ("2026-03-02T09:00:61Z", "no such time of day"),
        ("2026-03-02T09:00:00+24:00", "no such offset"),
        ("2026-03-02T09:00:00+01:60", "no such offset"),
        ("2026-03-02", "not a date-time"),
        ("2026-3-2T9:0:0Z", "not a date-time"),
        ("2026-03-02T09:00:00.Z", "not a date-time"),
        ("2026-03-02T09:00:00+0100", "not a date-time"),
        ("٢٠٢٦-03-02T09:00:00Z", "not a date-time"),
        ("2026-03-02T09:00:00Z\n", "not a date-time"),
        ("", "not a date-time"),
        ("2026-03-02T09:00:00." + "1" * 200 + "Z", "not a date-time"),
    ],
)
def test_what_is_no_instant_is_refused_with_its_fault(text, problem):
    with pytest.raises(TimestampError) as caught:
        parse_timestamp(text)
    assert caught.value.problem == problem
    assert caught.value.hint


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (100_000, "1970-01-01T00:00:00.1Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (10 * SECOND, "1970-01-01T00:00:10Z"),
        (LATEST, "9999-12-31T23:59:59.999999Z"),
        (LATEST + 1, "9999-12-31T23:59:59.999999Z"),
        (LATEST + 29_350, "9999-12-31T23:59:59.999999Z"),
        (EARLIEST, "0001-01-01T00:00:00Z"),
        (EARLIEST - 1, "0001-01-01T00:00:00Z"),
        (EARLIEST - DAY, "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_with_a_fraction_only_when_it_has_one(instant, text):
    assert format_timestamp(instant) == text


@given(st.integers(-(10**17), 10**17))
def test_a_duration_survives_the_round_trip(length):
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P2D", 2 * DAY),
        ("-P3DT4H", -(3 * DAY + 4 * HOUR)),
        ("P1W", 7 * DAY),
        ("PT1H30M", HOUR + 30 * MINUTE),
        ("PT0.5S", SECOND // 2),
        ("+PT1S", SECOND),
    ],
)
def test_a_duration_is_read(text, length):
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "P1Y", "P1M", "2D", "P-1D", "PT1.5H", "P1D ", "P9999999999D"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(TimestampError):
        parse_duration(text)
