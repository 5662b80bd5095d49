"""The journal as values: what is shown of an entry, which entries a question means, and what was nearest."""

import json
from urllib.parse import quote

import pytest
from sequences_sandbox.store.postgres.entries import dump_entry
from sequences_sandbox.store.rings import RING, Rings
from sequences_sandbox.traffic.journal import Entry, header_pairs, header_values, text_of
from sequences_sandbox.traffic.journal_match import JournalMatch, StatusFilter
from sequences_sandbox.traffic.verification import Finding, NearMiss, count, in_order

PAUSE, STOP, LIST = "pauseSequence", "stopSequence", "listSequences"


def entry(number, operation=STOP, body=b"", query=b"", **more):
    fields = {
        "request_id": f"r{number}",
        "at": number,
        "method": "POST",
        "raw_path": b"/v1/sequences",
        "raw_query": query,
        "operation": operation,
        "key_name": "Read and write",
        "status": 200,
        "seconds": 0.0005,
        "fault": None,
        "request_headers": (),
        "request_body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "request_size": 0,
        "response_headers": [],
        "response_body": b"{}",
        "response_size": 2,
        **more,
    }
    return Entry(**fields)


def differences(question, found):
    return list(question.describe_differences(found, 20))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"reason": "WIN"}, True),
        ({"reason": "LOSE"}, False),
        ({"other": None}, False),
        ({"deep": {"list": [1, {"a": True}]}}, True),
        ({"deep": {"list": [1]}}, False),
        ({"deep": {"list": [1, {}]}}, True),
        ({"deep": {"list": [True, {}]}}, False),
        ({"deep": {"list": [1.0, {}]}}, True),
        ({"deep": []}, False),
        ({"none": None}, True),
        ({"none": False}, False),
    ],
)
def test_a_body_contains_a_subset(wanted, matches):
    body = {"reason": "WIN", "none": None, "deep": {"list": [1, {"a": True, "b": 2}]}}
    question = JournalMatch(body_subset=wanted)
    assert question.matches(entry(1, body=body)) is matches
    assert (differences(question, entry(1, body=body)) == []) is matches


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [({"page": "2"}, True), ({"page": "2", "size": "5"}, True), ({"page": "3"}, False), ({"name": "a b"}, True)],
)
def test_a_query_contains_a_subset(wanted, matches):
    assert JournalMatch(query_subset=wanted).matches(entry(1, query=b"page=2&size=5&name=a%20b")) is matches


def test_what_differs_is_described_part_by_part():
    question = JournalMatch(
        operation=PAUSE,
        status=StatusFilter(400, 499, "4xx"),
        key_name="Read only",
        since=5,
        query_subset={"size": "1", "page": "2"},
        body_subset={"reason": "WIN", "scope": {"a": 1}, "x": 1},
    )
    found = entry(1, body={"reason": "LOSE", "scope": "CONTACT"}, query=b"page=1")
    assert differences(question, found) == [
        'operation is "stopSequence", not "pauseSequence"',
        'key_name is "Read and write", not "Read only"',
        "status is 200, not 4xx",
        "it came before 'since'",
        'query has no "size"',
        'query.page is "1", not "2"',
        'body.reason is "LOSE", not "WIN"',
        'body.scope is "CONTACT", not {"a": 1}',
        'body has no "x"',
    ]


@pytest.mark.parametrize(
    ("body", "more", "words"),
    [
        (b"", {}, "no body was read"),
        (b"{", {}, "its body is not JSON"),
        (b"[" * 100_000, {}, "its body is not JSON"),
        (b'{"a"', {"request_size": 90_000}, "only the first 4 bytes of its body are kept, too few to compare it"),
    ],
)
def test_a_body_that_cannot_be_compared_does_not_match_and_says_why(body, more, words):
    assert differences(JournalMatch(body_subset={"a": 1}), entry(1, body=body, **more)) == [words]


@pytest.mark.parametrize(
    ("at_least", "at_most", "ok"),
    [(2, 2, True), (None, 2, True), (1, None, True), (3, None, False), (None, 1, False), (0, 0, False), (3, 3, False)],
)
def test_entries_are_counted(at_least, at_most, ok):
    entries = [entry(1), entry(2, PAUSE), entry(3)]
    finding = count(entries, JournalMatch(STOP), at_least, at_most)
    assert (finding.ok, finding.count) == (ok, 2)
    assert (finding.nearest == ()) is ok


def test_with_too_few_the_near_misses_are_shown_nearest_and_latest_first():
    entries = [
        entry(1, PAUSE, {"reason": "WIN"}),
        entry(2, STOP, {"reason": "LOSE"}),
        entry(3, LIST),
        entry(4, STOP, {"reason": "LOSE"}),
        entry(5, STOP, {"reason": "WIN"}),
    ]
    finding = count(entries, JournalMatch(STOP, body_subset={"reason": "WIN"}), 2, 2)
    different = ('body.reason is "LOSE", not "WIN"',)
    operation = ('operation is "pauseSequence", not "stopSequence"',)
    assert finding == Finding(
        False, 1, (NearMiss("r4", different), NearMiss("r2", different), NearMiss("r1", operation))
    )


def test_with_too_many_those_that_match_are_shown():
    assert count([entry(1), entry(2)], JournalMatch(STOP), 1, 1).nearest == (NearMiss("r2", ()), NearMiss("r1", ()))


def test_an_order_is_found_with_others_between():
    entries = [entry(1, PAUSE), entry(2, LIST), entry(3, STOP)]
    assert in_order(entries, [JournalMatch(PAUSE), JournalMatch(STOP)]) == Finding(True, 2)


def test_one_entry_serves_one_place_of_an_order():
    finding = in_order([entry(1, PAUSE)], [JournalMatch(PAUSE), JournalMatch(PAUSE)])
    assert finding == Finding(False, 1, ())


def test_what_came_too_early_for_an_order_is_shown():
    finding = in_order([entry(1, STOP), entry(2, PAUSE), entry(3, LIST)], [JournalMatch(PAUSE), JournalMatch(STOP)])
    assert finding == Finding(
        False,
        1,
        (
            NearMiss("r1", ("it came before number 1 of the order, r2",)),
            NearMiss("r3", ('operation is "listSequences", not "stopSequence"',)),
        ),
    )


def test_a_key_that_stands_where_none_belongs_is_redacted():
    key = b"topo_demo_readonly"
    found = entry(
        1,
        body=b'{"key":"' + key + b'"}',
        query=b"api_key=" + key,
        raw_path=b"/v1/" + key,
        request_headers=[(b"x-api-key", key)],
        response_headers=[(b"x", b"1"), (b"x", key)],
    )
    shown = [found.path, found.query, found.parameters, header_pairs(found.request_headers)]
    shown += [text_of(found.request_body), *differences(JournalMatch(body_subset={"key": 1}), found)]
    assert "topo_demo" not in repr(shown)
    assert header_values(found.response_headers) == {"x": ["1", "topo_***"]}


@pytest.mark.parametrize(
    "hidden",
    [
        b"topo%5Fdemo_readonly", b"%74opo_demo_readonly", b"topo_demo%5Freadonly", b"%2574opo_demo_readonly",
        b"topo_demo%25255Freadonly", b"%25%37%34opo_demo_readonly", quote("%74%6f%70%6f%5f" + "%72" * 20).encode(),
    ],
)  # fmt: skip
def test_a_key_hidden_in_percent_encoding_is_redacted_too(hidden):
    found = entry(1, query=b"api_key=" + hidden, raw_path=b"/v1/" + hidden)
    assert (found.path, found.query) == ("/v1/topo_***", "api_key=topo_***")
    assert found.parameters == [("api_key", "topo_***")]
    assert text_of(b'{"url": "/v1/' + hidden + b'?a=%22"}') == '{"url": "/v1/topo_***?a=%22"}'
    assert json.loads(dump_entry(found))["raw_path"] == "/v1/topo_***"


def test_of_an_entry_that_differs_in_everything_only_so_much_is_described():
    wanted = JournalMatch(body_subset={str(number): 1 for number in range(50_000)})
    finding = count([entry(number, body=b"{}") for number in range(200)], wanted, 1, None)
    assert [len(near.differs) for near in finding.nearest] == [20, 20, 20]


def test_an_entry_weighs_its_headers_by_number_and_name_too():
    one, many = ([(b"%05d" % number, b"") for number in range(length)] for length in (1, 1001))
    assert entry(1, request_headers=many).weight - entry(1, request_headers=one).weight == 1000 * (5 + 200)


def test_a_body_that_is_no_text_is_shown_nevertheless():
    assert text_of(b"\xff\x00a") == "\\xff\x00a"
    assert text_of(b"") is None


def test_a_journal_keeps_the_latest_within_its_bytes():
    journals = Rings(10_000, 100_000)
    for number in range(50):
        keep(journals, "world", entry(number, response_body=b"x" * 1000))
    kept = journals.items("world")
    assert [each.request_id for each in kept] == ["r46", "r47", "r48", "r49"]
    assert journals.bytes - RING == sum(each.weight for each in kept) <= 10_000


def test_all_journals_together_keep_within_their_bytes_and_the_longest_unused_gives_way():
    journals = Rings(10_000, 10_000 + 2 * RING)
    for name in ("first", "second"):
        for number in range(3):
            keep(journals, name, entry(number, response_body=b"x" * 1000))
    assert [each.request_id for each in journals.items("first")] == ["r2"]
    assert len(journals.items("second")) == 3
    keep(journals, "first", entry(9, response_body=b"x" * 12_500))
    assert journals.items("first") == []
    assert journals.items("second") == []
    assert journals.bytes == 0


def keep(journals, name, each):
    journals.append(name, each, each.weight)
