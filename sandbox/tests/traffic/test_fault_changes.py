"""Fault rules that are changed, disabled and looked at: what they count, and what state they show."""

import pytest

FAULTS = "/_sandbox/faults"


@pytest.fixture
def rule(api):
    """Adds a rule; returns a function that shows it, and one that changes it."""

    def add(effect=None, **more):
        made = api("POST", FAULTS, json={"effect": effect or {"status": 503}, **more})
        assert made.status_code == 201, made.text
        path = f"{FAULTS}/{made.json()['id']}"

        def show(*names):
            found = api("GET", path).json()
            return [found[name] for name in names] if names else found

        def change(status=200, **body):
            response = api("PATCH", path, json=body)
            assert response.status_code == status, response.text
            return response.json()

        return show, change

    return add


def statuses(api, count):
    return [api("GET", "sequences?size=1").status_code for _ in range(count)]


def test_a_disabled_rule_neither_fires_nor_counts_and_goes_on_where_it_was(api, rule):
    show, change = rule(match={"operation": "listSequences", "nth": 3})
    assert statuses(api, 1) == [200]
    assert change(enabled=False)["state"] == "disabled"
    assert statuses(api, 5) == [200] * 5
    assert show("matched", "fired", "enabled") == [1, 0, False]
    assert change(enabled=True)["state"] == "active"
    assert statuses(api, 3) == [200, 503, 200]
    assert show("matched", "fired", "state") == [3, 1, "used_up"]


def test_a_rule_can_be_added_disabled(api, rule):
    show, _ = rule(enabled=False)
    assert statuses(api, 1) == [200]
    assert show("enabled", "state") == [False, "disabled"]


def test_a_rule_that_is_used_up_fires_again_when_it_may(api, rule):
    show, change = rule(times=1)
    assert statuses(api, 2) == [503, 200]
    assert show("state", "matched", "fired") == ["used_up", 1, 1]
    assert change(times=3)["state"] == "active"
    assert statuses(api, 3) == [503, 503, 200]
    assert change(times=None)["times"] is None
    assert statuses(api, 2) == [503, 503]


def test_another_length_starts_now(api, rule):
    show, change = rule(**{"for": "PT1M"})
    api.clock.advance(60_000_000)
    assert show("state") == ["expired"]
    assert statuses(api, 1) == [200]
    assert change(**{"for": "PT2M"})["state"] == "active"
    api.clock.advance(119_000_000)
    assert statuses(api, 1) == [503]
    assert change(**{"for": None})["for"] is None
    api.clock.advance(10_000_000_000)
    assert statuses(api, 1) == [503]


def test_a_match_counts_from_the_start_and_another_effect_does_not(api, rule):
    show, change = rule(match={"nth": 2})
    assert statuses(api, 1) == [200]
    changed = change(effect={"body": "empty"})
    assert (changed["effect"], changed["matched"]) == ({"body": "empty"}, 1)
    changed = change(match={"operation": "listSequences", "nth": 2})
    assert (changed["matched"], changed["fired"]) == (0, 0)
    assert [api("GET", "sequences?size=1").content == b"" for _ in range(3)] == [False, True, False]
    assert show("matched", "fired", "state") == [2, 1, "used_up"]
    again = change(match=changed["match"])
    assert (again["matched"], again["fired"], again["state"]) == (0, 0, "active")


def test_a_changed_rule_keeps_its_place(api, rule):
    _, change = rule({"status": 500})
    rule({"status": 503})
    change(effect={"status": 502})
    assert [one["effect"]["status"] for one in api("GET", FAULTS).json()["items"]] == [502, 503]
    assert statuses(api, 1) == [502]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "1 field or more"),
        ({"hits": 0}, "no field 'hits'"),
        ({"matched": 0}, "did you mean 'match'?"),
        ({"times": 0}, "1 or more"),
        ({"for": "-PT1S"}, "has to last"),
        ({"effect": {}}, "exactly one of these forms"),
        ({"match": {"operation": "listSequence"}}, "did you mean 'listSequences'?"),
        ({"enabled": "no"}, "true or false"),
    ],
)
def test_a_change_that_makes_no_sense_is_rejected_and_changes_nothing(rule, body, words):
    show, change = rule()
    before = show()
    assert words in change(400, **body)["message"]
    assert show() == before


def test_a_rule_that_is_not_there_cannot_be_changed(api):
    absent = api("PATCH", f"{FAULTS}/00000000-0000-4000-8000-000000000000", json={"enabled": False})
    assert (absent.status_code, absent.json()["type"]) == (404, "NotFoundIssue")
