"""What the unaltered reference server does: requests to `probe_world` and exact responses, worked out by hand."""

from typing import Any

from .probe_world import IDS

RUN = "/sequences/88c23cea-f199-4cf0-964c-0000000000a2"
NO_RUN = "/sequences/00000000-0000-4000-8000-000000000000"
FUTURE = '{"paused_until": "2100-01-01T00:00:00Z"}'
STOP = '{"reason": "WIN", "scope": "CONTACT"}'

COMPANY = '{"reason": "WIN", "scope": "COMPANY"}'
STOPPED = "GET /sequences?status=STOPPED_EARLY"

# A script, the last response's status, and what its body holds (an error's type is checked for every error).
RESPONSES: list[tuple[str, int, dict[str, Any]]] = [
    ("GET /sequences", 200, {"total_count": 38, "total_pages": 4, "has_more": True}),
    ("GET /sequences?size=19&page=2", 200, {"total_pages": 2, "has_more": False}),
    ("GET /sequences?page=99999999999999999999999", 200, {"items": [], "total_count": 38, "has_more": False}),
    ("GET /sequences?created_at_after=2099-01-01T00:00:00%2B01:00", 200, {"total_count": 0, "total_pages": 0}),
    ("GET /sequences?created_at_after=2026-03-02T07:50:00Z", 200, {"total_count": 12}),
    ("GET /sequences?created_at_after=2026-03-02T09:49:59.9999999%2B02:00", 200, {"total_count": 13}),
    ("GET /sequences?created_at_before=0001-01-01t00:00:00%2B23:59", 200, {"total_count": 0}),
    ("GET /sequences?created_at_before=9999-12-31T23:59:60-23:59", 200, {"total_count": 38}),
    ("GET /sequences?status=WAITING_FOR_LEAD&sequence_template_id={template}", 200, {"total_count": 2}),
    ("GET /sequences?sequence_template_id=9ACD9DE9-99F5-473B-9921-00000000000B", 200, {"total_count": 1}),
    ("GET /sequences?status=PAUSED", 400, {}),
    ("GET /sequences?status=", 400, {}),
    ("GET /sequences?status=FOUND&status=ACTIVE", 400, {}),
    ("GET /sequences?sort_by=id", 400, {}),
    ("GET /sequences?page=0", 400, {}),
    ("GET /sequences?size=101", 400, {}),
    ("GET /sequences?size=+5", 400, {}),
    ("GET /sequences?created_at_after=2026-03-02", 400, {}),
    ("GET /sequences?page_size=5", 400, {"message": "There is no query parameter 'page_size'; did you mean 'size'?"}),
    ("GET {active}?x=1", 400, {}),
    ("GET {active}", 200, {"status": "ACTIVE", "variables": {"greeting": "Hello", "city": "Bern"}}),
    ("GET {deleted}", 200, {"contact_id": None, "source_contact_list_id": None}),
    (f"GET {RUN.upper().replace('SEQUENCES', 'sequences')}", 200, {"id": IDS["active"]}),
    ("HEAD {active}", 200, {"status": "ACTIVE"}),
    ("nobody: OPTIONS {active}", 204, {}),
    (f"GET {NO_RUN}", 404, {}),
    ("GET {foreign}", 404, {}),
    ("GET /sequences/%7B88c23cea-f199-4cf0-964c-0000000000a2%7D", 400, {}),
    ("GET /sequences/", 404, {}),
    ("nobody: GET /nothing", 404, {}),
    ("nobody: DELETE {active}", 405, {"data": {"allowed": ["GET", "HEAD", "OPTIONS", "PATCH"]}}),
    ("nobody: GET /sequences?size=0", 401, {}),
    ("<Authorization: Basic topo_probe_readwrite> GET /sequences", 401, {}),
    ("<Authorization: bearer   topo_probe_readwrite> GET {active}", 200, {}),
    ("wo: GET /sequences?size=0", 403, {}),
    (f"ro: POST {NO_RUN}/resume", 403, {}),
    ("PATCH {active} @huge", 413, {}),
    ("<Content-Type: text/plain> PATCH {active} {}", 415, {}),
    ('<Content-Type: application/json; charset="UTF-8"> PATCH {active} {"variables": {}}', 200, {}),
    ("PATCH {active} @empty", 400, {}),
    ("<Content-Type: application/json> PATCH {active} @empty", 400, {}),
    ("PATCH {active} @deep", 400, {}),
    ("PATCH {active} @latin1", 400, {}),
    ('PATCH {active} {"variables": {"a": NaN}}', 400, {}),
    ('PATCH {active} {"variables": {}, "variables": {}}', 400, {}),
    (r'PATCH {active} {"variables": {"a": "\ud800"}}', 400, {}),
    (r'PATCH {active} {"variables": {"\u0000": "a"}}', 400, {}),
    (f'PATCH {NO_RUN} {{"variables": 1}}', 400, {}),
    ('PATCH {active} {"variables": {"city": null, "a": " é\\r\\n"}}', 200,
     {"variables": {"greeting": "Hello", "a": " é\r\n"}}),
    ('PATCH {active} {"variables": {"city": null, "greeting": null}}', 200, {"variables": {}}),
    ('PATCH {found} {"variables": {"city": null}}', 200, {"variables": None, "updated_at": "2026-03-02T08:49:00Z"}),
    ('PATCH {stopped} {"variables": {"a": "b"}}', 200, {"status": "STOPPED_EARLY", "updated_at": "2026-03-02T09:00:00Z"}),
    (f"POST {{active}}/pause {FUTURE}", 200, {"status": "WAITING_FOR_LEAD", "updated_at": "2026-03-02T09:00:00Z"}),
    ('POST {active}/pause {"paused_until": "2026-03-02T09:00:00Z"}', 400, {}),
    ('POST {stopped}/pause {"paused_until": "2026-03-02T08:00:00Z"}', 400, {}),
    (f"POST {{asked}}/pause {FUTURE}", 422, {}),
    ('POST {active}/pause {"paused_until": "2026-03-02T11:30:00+02:00"} && wait PT45M && GET {active}', 200,
     {"status": "ACTIVE", "updated_at": "2026-03-02T09:30:00Z"}),
    ("POST {paused}/resume", 200, {"status": "ACTIVE"}),
    ("POST {paused}/resume {} && wait P2D && GET {paused}", 200, {"updated_at": "2026-03-02T09:00:00Z"}),
    ("POST {paused}/resume null", 400, {}),
    ("POST {active}/resume", 422, {}),
    (f"POST {{paused}}/stop {STOP} && wait P2D && GET {{paused}}", 200, {"status": "STOPPED_EARLY"}),
    (f"POST {{failed}}/stop {STOP}", 422, {}),
    ('POST {active}/stop {"reason": "LOSE"}', 400, {}),
    # Of Acme: the named run and a colleague in each status that is not an end, and a crowd of twelve.
    (f"POST {{active}}/stop {COMPANY} && {STOPPED}", 200, {"total_count": 18}),
    (f"POST {{deleted}}/stop {COMPANY} && {STOPPED}", 200, {"total_count": 2}),
]  # fmt: skip
