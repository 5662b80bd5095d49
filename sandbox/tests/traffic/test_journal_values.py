"""The journal as values: what is shown of an entry, which entries a question means, and what was nearest."""

import json

import pytest
from sequences_sandbox.store.memory_traffic import MemoryTraffic
from sequences_sandbox.traffic.journal import Entry, Wanted, text_of
from sequences_sandbox.traffic.verification import Finding, Near, count, in_order

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
        "request_headers": {},
        "request_body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "request_size": 0,
        "response_headers": [],
        "response_body": b"{}",
        "response_size": 2,
        **more,
    }
    return Entry(**fields)


@pytest.mark.parametrize(
    ("wanted", "fits"),
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
def test_a_body_holds_a_subset(wanted, fits):
    body = {"reason": "WIN", "none": None, "deep": {"list": [1, {"a": True, "b": 2}]}}
    question = Wanted(body_subset=wanted)
    assert question.fits(entry(1, body=body)) is fits
    assert ([*question.differs(entry(1, body=body))] == []) is fits


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [({"page": "2"}, True), ({"page": "2", "size": "5"}, True), ({"page": "3"}, False), ({"name": "a b"}, True)],
)
def test_a_query_holds_a_subset(wanted, fits):
    assert Wanted(query_subset=wanted).fits(entry(1, query=b"page=2&size=5&name=a%20b")) is fits


def test_what_differs_is_said_part_by_part():
    question = Wanted(
        PAUSE, 422, "Read only", 5, {"size": "1", "page": "2"}, {"reason": "WIN", "scope": {"a": 1}, "x": 1}
    )
    found = entry(1, body={"reason": "LOSE", "scope": "CONTACT"}, query=b"page=1")
    assert [*question.differs(found)] == [
        'operation is "stopSequence", not "pauseSequence"',
        "status is 200, not 422",
        'key_name is "Read and write", not "Read only"',
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
        (b'{"a"', {"request_size": 90_000}, "only 4 bytes of its body are kept, too few to look into it"),
    ],
)
def test_a_body_that_cannot_be_looked_into_does_not_fit_and_says_why(body, more, words):
    assert [*Wanted(body_subset={"a": 1}).differs(entry(1, body=body, **more))] == [words]


@pytest.mark.parametrize(
    ("at_least", "at_most", "ok"),
    [(2, 2, True), (None, 2, True), (1, None, True), (3, None, False), (None, 1, False), (0, 0, False), (3, 3, False)],
)
def test_entries_are_counted(at_least, at_most, ok):
    entries = [entry(1), entry(2, PAUSE), entry(3)]
    finding = count(entries, Wanted(STOP), at_least, at_most)
    assert (finding.ok, finding.count) == (ok, 2)
    assert (finding.nearest == ()) is ok


def test_with_too_few_the_nearest_misses_are_told_nearest_and_latest_first():
    entries = [
        entry(1, PAUSE, {"reason": "WIN"}),
        entry(2, STOP, {"reason": "LOSE"}),
        entry(3, LIST),
        entry(4, STOP, {"reason": "LOSE"}),
        entry(5, STOP, {"reason": "WIN"}),
    ]
    finding = count(entries, Wanted(STOP, body_subset={"reason": "WIN"}), 2, 2)
    different = ('body.reason is "LOSE", not "WIN"',)
    operation = ('operation is "pauseSequence", not "stopSequence"',)
    assert finding == Finding(False, 1, (Near("r4", different), Near("r2", different), Near("r1", operation)))


def test_with_too_many_those_that_fit_are_told():
    assert count([entry(1), entry(2)], Wanted(STOP), 1, 1).nearest == (Near("r2", ()), Near("r1", ()))


def test_an_order_is_found_with_others_between():
    entries = [entry(1, PAUSE), entry(2, LIST), entry(3, STOP)]
    assert in_order(entries, [Wanted(PAUSE), Wanted(STOP)]) == Finding(True, 2)


def test_one_entry_serves_one_place_of_an_order():
    finding = in_order([entry(1, PAUSE)], [Wanted(PAUSE), Wanted(PAUSE)])
    assert finding == Finding(False, 1, ())


def test_what_came_too_early_for_an_order_is_told():
    finding = in_order([entry(1, STOP), entry(2, PAUSE), entry(3, LIST)], [Wanted(PAUSE), Wanted(STOP)])
    assert finding == Finding(
        False,
        1,
        (
            Near("r1", ("it came before number 1 of the order, r2",)),
            Near("r3", ('operation is "listSequences", not "stopSequence"',)),
        ),
    )


def test_a_key_that_stands_where_none_belongs_is_blotted_out():
    key = b"topo_demo_readonly"
    found = entry(
        1,
        body=b'{"key":"' + key + b'"}',
        query=b"api_key=" + key,
        raw_path=b"/v1/" + key,
        request_headers={b"x-api-key": key},
        response_headers=[(b"x", b"1"), (b"x", key)],
    )
    shown = [found.path, found.query, found.parameters, found.request_fields(), found.response_fields()]
    shown += [text_of(found.request_body), *Wanted(body_subset={"key": 1}).differs(found)]
    assert "topo_demo" not in repr(shown)
    assert found.response_fields() == {"x": "1, topo_***"}


@pytest.mark.parametrize("hidden", [b"topo%5Fdemo_readonly", b"%74opo_demo_readonly", b"topo_demo%5Freadonly"])
def test_a_key_hidden_in_percent_encoding_is_blotted_out_too(hidden):
    found = entry(1, query=b"api_key=" + hidden, raw_path=b"/v1/" + hidden)
    assert (found.path, found.query) == ("/v1/topo_***", "api_key=topo_***")
    assert found.parameters == [("api_key", "topo_***")]


def test_of_an_entry_that_differs_in_everything_no_more_is_told_than_helps():
    wanted = Wanted(body_subset={str(number): 1 for number in range(50_000)})
    finding = count([entry(number, body=b"{}") for number in range(200)], wanted, 1, None)
    assert [len(near.differs) for near in finding.nearest] == [20, 20, 20]


def test_an_entry_weighs_its_headers_by_number_and_name_too():
    one, many = ({b"%05d" % number: b"" for number in range(length)} for length in (1, 1001))
    assert entry(1, request_headers=many).weight - entry(1, request_headers=one).weight == 1000 * (5 + 200)


def test_a_body_that_is_no_text_is_shown_nevertheless():
    assert text_of(b"\xff\x00a") == "\\xff\x00a"
    assert text_of(b"") is None


def test_a_journal_keeps_the_latest_within_its_bytes():
    traffic = MemoryTraffic(journal_bytes=10_000, bytes_of_all_journals=100_000)
    for number in range(50):
        traffic.record("world", entry(number, response_body=b"x" * 1000))
    kept = traffic.entries("world")
    assert [each.request_id for each in kept] == ["r46", "r47", "r48", "r49"]
    assert traffic.bytes_kept() == sum(each.weight for each in kept) <= 10_000


def test_all_journals_together_keep_within_their_bytes_and_the_longest_unused_gives_way():
    traffic = MemoryTraffic(journal_bytes=10_000, bytes_of_all_journals=10_000)
    for number in range(3):
        traffic.record("first", entry(number, response_body=b"x" * 1000))
    for number in range(3):
        traffic.record("second", entry(number, response_body=b"x" * 1000))
    assert [each.request_id for each in traffic.entries("first")] == ["r2"]
    assert len(traffic.entries("second")) == 3
    traffic.record("first", entry(9, response_body=b"x" * 9_500))
    assert [each.request_id for each in traffic.entries("first")] == []
    assert traffic.entries("second") == []
    assert traffic.bytes_kept() == 0
