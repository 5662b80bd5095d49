"""Recordings made in memory, entry by entry."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sequences_contract.contract import timestamps
from sequences_contract.traffic.entries import har_entry
from sequences_contract.traffic.judge import Judge
from sequences_contract.traffic.redaction import Redactor

BASE = "http://127.0.0.1:4010/v1"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
A, B, C = (f"0e000000-0000-4000-8000-00000000000{letter}" for letter in "abc")
TEMPLATE, OTHER = "0d000000-0000-4000-8000-000000000001", "0d000000-0000-4000-8000-000000000002"


def at(seconds):
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def run(run_id=A, status="ACTIVE", **fields):
    return {
        "id": run_id, "organization_id": "0a000000-0000-4000-8000-000000000001",
        "contact_id": "0c000000-0000-4000-8000-00000000000a", "sequence_template_id": TEMPLATE, "status": status,
        "variables": {"city": "Bern"}, "source_contact_list_id": None, "last_step_executed_at": None,
        "created_at": at(-1000 + max(0, "abc".find(run_id[-1]))), "updated_at": at(-500), **fields,
    }  # fmt: skip


def page(*runs, total=None, pages=1, more=False):
    return {
        "items": list(runs),
        "total_count": len(runs) if total is None else total,
        "total_pages": pages,
        "has_more": more,
    }


def issue(status, kind, **fields):
    request_id = "req_01k9zq6v3m8t2x4n7p5r1s0w6y"
    return {"status_code": status, "type": kind, "message": "No.", "request_id": request_id, **fields}


class Recording:
    """A HAR that grows: each call lasts a tenth of a second and begins a second after the one before."""

    def __init__(self):
        self.entries = []

    def add(
        self,
        method,
        path,
        body,
        *,
        sent=None,
        status=200,
        key="one",
        begin=None,
        took=0.1,
        skew=0,
        url=BASE,
        **response,
    ):
        begin = len(self.entries) if begin is None else begin
        text = body if isinstance(body, str) else json.dumps(body)
        date = format_datetime(START + timedelta(seconds=begin - skew), usegmt=True)
        headers = {"Content-Type": "application/json", "Date": date} | response.pop("headers", {})
        content = {"size": len(text.encode()), "mimeType": "application/json", "text": text} | response.pop(
            "content", {}
        )
        request = {
            "method": method,
            "url": url + path,
            "headers": [{"name": "authorization", "value": f"Bearer {key}_key_x"}],
        }
        if sent is not None:
            request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
        self.entries.append({
            "startedDateTime": at(begin), "time": took * 1000, "request": request,
            "response": {"status": status, "headers": _pairs(headers), "content": content},
            **response,
        })  # fmt: skip
        return self

    def har(self, creator="a recorder"):
        return {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": self.entries}}

    def judged(self, **options):
        """The outcome of judging the entries in the order in which they began."""
        redactor = Redactor()
        judge = Judge(redactor, **options)
        ordered = sorted(enumerate(self.entries), key=lambda one: timestamps.parse(one[1]["startedDateTime"]))
        for index, entry in ordered:
            judge.observe(har_entry(entry, f"entries[{index}]", redactor))
        return judge.outcome()


def _pairs(headers):
    return [{"name": name, "value": value} for name, value in headers.items() if value]


def violated(recording, **options):
    """The violated rules of a recording, and where the first evidence of each is."""
    return {one.rule.id: one.evidence[0].curl[0].removeprefix("# ") for one in recording.judged(**options).violated}
