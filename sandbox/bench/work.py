"""The work of the comparison: the same three operations for every server, and the contract as mocks are given it."""

import copy
import json
from pathlib import Path
from typing import Any

import yaml
from sequences_sandbox.cli.main import main as sandbox_command
from sequences_sandbox.contract.files import shipped
from wrk import Request, write_plan

TOKEN = "topo_generated_readwrite"  # noqa: S105  # the generated worlds' own, made up
RUNS = 1000
OPERATIONS = ("get", "list of 10", "pause and resume")
_SAMPLES = 200
_EXAMPLE_ID = "req_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def write_world(path: Path) -> list[str]:
    """A world whose steps stand still; returns the ids of some runs that can be paused."""
    sandbox_command(["fixtures", "generate", "--sequences", str(RUNS), "--seed", "7", "--output", str(path)])
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(head), "static": True}), *lines]) + "\n")
    mine = json.loads(head)["organizations"][0]["id"]  # the organization that TOKEN opens
    runs = [json.loads(line) for line in lines]
    return [run["id"] for run in runs if run["status"] == "ACTIVE" and run["organization_id"] == mine][:_SAMPLES]


def plans(folder: Path, ids: list[str]) -> dict[str, Path]:
    """A plan by operation. All are paused, each until an instant of its own, before all are resumed."""
    key = {"Authorization": f"Bearer {TOKEN}"}
    sent = {**key, "Content-Type": "application/json"}
    pauses = [
        Request(
            "POST", f"/v1/sequences/{run}/pause", sent, json.dumps({"paused_until": f"21{number:02}-01-04T08:00:00Z"})
        )
        for number, run in enumerate(ids[:100])
    ]
    resumes = [Request("POST", f"/v1/sequences/{run}/resume", key) for run in ids[:100]]
    wanted = {
        "get": [Request("GET", f"/v1/sequences/{run}", key) for run in ids],
        "list of 10": [Request("GET", "/v1/sequences", key)],
        "pause and resume": [*pauses, *resumes],
    }
    return {name: write_plan(folder / f"{name.replace(' ', '_')}.lua", wanted[name]) for name in OPERATIONS}


def examples() -> tuple[dict[str, Any], dict[str, Any]]:
    """A run, and a page of ten, as the contract shows them."""
    document = yaml.safe_load(shipped("openapi.yaml").read_text())
    page = document["components"]["examples"]["FirstPage"]["value"]
    run = page["items"][0]
    return run, {**page, "items": [copy.deepcopy(run) for _ in range(10)], "total_pages": 3}


def write_contract(path: Path) -> None:
    """The contract as mocks serve it best: full paths, an example of ten runs, and one of the header of every answer."""
    document = yaml.safe_load(shipped("openapi.yaml").read_text())
    document["servers"] = [{"url": "/"}]
    document["paths"] = {f"/v1{path}": item for path, item in document["paths"].items()}
    _, page = examples()
    document["components"]["examples"]["FirstPage"]["value"] = page
    document["components"]["headers"]["RequestId"]["example"] = _EXAMPLE_ID
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def write_mockoon(path: Path) -> None:
    """A Mockoon environment: static bodies, and a rule that looks at the key."""
    run, page = examples()
    routes = [
        _mockoon_route("get", "v1/sequences", page),
        _mockoon_route("get", "v1/sequences/:id", run),
        _mockoon_route("post", "v1/sequences/:id/pause", run),
        _mockoon_route("post", "v1/sequences/:id/resume", run),
    ]
    children = [{"type": "route", "uuid": route["uuid"]} for route in routes]
    path.write_text(json.dumps({"name": "Sequences", "port": 0, "routes": routes, "rootChildren": children}))


def _mockoon_route(method: str, endpoint: str, body: Any) -> dict[str, Any]:
    rule = {"target": "header", "modifier": "Authorization", "value": f"Bearer {TOKEN}", "operator": "equals"}
    kind = [{"key": "Content-Type", "value": "application/json"}]
    plain = {"disableTemplating": True, "headers": kind, "bodyType": "INLINE", "latency": 0}
    allowed = {**plain, "uuid": f"{method} {endpoint} 200", "statusCode": 200, "body": _compact(body), "rules": [rule]}
    refused = {**plain, "uuid": f"{method} {endpoint} 401", "statusCode": 401, "body": "{}", "default": True}
    name = f"{method} {endpoint}"
    return {"uuid": name, "type": "http", "method": method, "endpoint": endpoint, "responses": [allowed, refused]}


def write_wiremock(folder: Path) -> None:
    """WireMock's mappings: static bodies, the key matched, the pause's body too."""
    run, page = examples()
    key = {"Authorization": {"equalTo": f"Bearer {TOKEN}"}}
    uuid = "/v1/sequences/[0-9a-f-]{36}"
    pause = [{"matchesJsonPath": "$.paused_until"}]
    wanted = [
        ({"method": "GET", "urlPathPattern": uuid, "headers": key}, run),
        ({"method": "GET", "urlPath": "/v1/sequences", "headers": key}, page),
        ({"method": "POST", "urlPathPattern": f"{uuid}/pause", "headers": key, "bodyPatterns": pause}, run),
        ({"method": "POST", "urlPathPattern": f"{uuid}/resume", "headers": key}, run),
    ]
    mappings = folder / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    for number, (request, body) in enumerate(wanted):
        headers = {"Content-Type": "application/json"}
        response = {"status": 200, "headers": headers, "body": _compact(body)}
        (mappings / f"{number}.json").write_text(json.dumps({"request": request, "response": response}))


def moto_plans(folder: Path, ids: list[str], base: str, post: Any) -> dict[str, Path]:
    """Moto's plans: the same runs as items of a DynamoDB table, read, listed, and changed. `post` sends a call at once."""

    def call(name: str, body: dict[str, Any]) -> Request:
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{name}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/dynamodb/aws4_request, Signature=0",
        }
        return Request("POST", "/", headers, _compact({"TableName": "runs", **body}))

    def change(run: str, status: str) -> Request:
        values = {":s": {"S": status}}
        expression = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "status"}}
        wanted = {
            "Key": {"id": {"S": run}},
            **expression,
            "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW",
        }
        return call("UpdateItem", wanted)

    schema = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    run, _ = examples()
    fields = {name: {"S": value} for name, value in run.items() if isinstance(value, str)}
    post(base, call("CreateTable", schema))
    for number in range(RUNS):
        of = ids[number] if number < len(ids) else f"{number}"
        post(base, call("PutItem", {"Item": {**fields, "id": {"S": of}}}))
    wanted = {
        "get": [call("GetItem", {"Key": {"id": {"S": run}}}) for run in ids],
        "list of 10": [call("Scan", {"Limit": 10})],
        "pause and resume": [change(run, status) for status in ("WAITING_FOR_LEAD", "ACTIVE") for run in ids[:100]],
    }
    return {name: write_plan(folder / f"moto_{name.replace(' ', '_')}.lua", wanted[name]) for name in OPERATIONS}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
