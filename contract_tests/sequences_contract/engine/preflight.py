"""The first requests to a target: whether it can be tested, what it serves, and if not, what the caller can do about it."""

from ..contract.operations import Operation
from ..http.connection import PROXY_ADVICE
from ..http.keys import ROLES, source_of
from ..http.messages import NotJson, Response
from ..http.target import Target, TargetError
from .errors import Untestable
from .session import ABSENT_ID, Session

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_EOF", "record layer", "wrong version")
_NO_NAME = ("Name or service not known", "nodename nor servname", "No address associated", "name resolution")


def preflight(session: Session) -> None:
    """Makes a fresh world where there is a control API, and sees what the keys open. Raises Untestable.

    A response of a wrong shape is no reason to stop here: it is for the rules to judge.
    """
    settings, target = session.settings, session.target
    session.enter_world()
    probes = {tag: probe for tag in session.contract.tags if settings.wants(tag) and (probe := session.probe(tag))}
    try:
        responses = {tag: target.call("GET", probe.path) for tag, probe in probes.items()}
    except TargetError as error:
        advice = _advice(error.problem, secure=settings.url.startswith("https://"))
        raise Untestable(f"{error.request.url}: {error.problem}; {advice}") from None
    session.not_served = tuple(
        tag for tag in probes if responses[tag].status == 404 and _is_unknown(target, probes[tag])
    )
    _require_served(session, responses)
    home = responses[session.home.tag]
    _require_readable(session, home)
    for tag, response in responses.items():
        if response.status == 403 and response is not home:
            advice = f"give --key one with the scope {probes[tag].scope}"
            session.left_out[tag] = f"the key may not read {probes[tag].path} (403); {advice}"
    if session.control is None:
        _require_known(session, home)
    if settings.allow_writes and session.judges("Sequences"):
        _require_writing(session)


def _advice(problem: str, *, secure: bool) -> str:
    """The advice for a problem as TargetError words it; `secure` says whether --url begins with https."""
    if "CERTIFICATE_VERIFY_FAILED" in problem:
        return "give --ca-bundle the certificates that the target is signed with"
    if secure and any(word in problem for word in _NO_TLS):
        return "the server does not speak TLS on that port; give --url with http://, or the port of https"
    if "through the proxy" in problem and ("cannot connect" in problem or "no connection" in problem):
        return PROXY_ADVICE
    if any(word in problem for word in _NO_NAME):
        return "that host has no address; check that --url is spelt correctly, and reachable from here"
    if secure and "no connection within" in problem:
        return "check that the port speaks TLS at all, else give --url with http://; or raise --timeout"
    if "no complete response" in problem or "no connection within" in problem:
        return "check whether the server hangs, or raise --timeout"
    if not secure and "broke" in problem:
        return "check whether that port wants https:// in --url"
    return "check that the server runs, and that --url names its host and port"


def _is_unknown(target: Target, probe: Operation) -> bool:
    """Whether a path that is 404 gets from methods that do nothing what a path gets that nobody has."""
    paths = probe.path, f"/{ABSENT_ID}"
    return all(len({target.call(method, path).status for path in paths}) == 1 for method in ("HEAD", "OPTIONS"))


def _require_served(session: Session, responses: dict[str, Response]) -> None:
    """Raises Untestable unless the target serves something that is wanted, and everything that --only names."""
    for tag, response in responses.items():
        nothing = set(responses) == set(session.not_served)
        if tag in session.not_served and (nothing or tag in session.settings.only):
            named = f"the target does not serve {tag}: " if session.settings.only else ""
            advice = _base_path(session) if nothing else "leave --only out to judge what it serves"
            raise Untestable(f"{named}{response.request.url} is not found (404); {advice}")


def _require_readable(session: Session, response: Response) -> None:
    """Raises Untestable where a response shows that no rule can be tried."""
    if response.status == 401:
        raise Untestable("the key is rejected (401); give --key one that the target knows")
    if response.status == 403:
        raise Untestable("the key is rejected (403): it may not read; give --key one that reads and writes")
    if 300 <= response.status < 400:
        where = response.headers.get("location", "nowhere")
        raise Untestable(
            f"{response.request.url} redirects ({response.status}) to {where}; give --url the address that it leads to"
        )
    if not _speaks_json(response):
        kind = response.headers.get("content-type", "no content type")
        raise Untestable(
            f"{response.request.url} is not a Sequences API: {response.status}, {kind} and not JSON"
            f" ({response.text(80)!r}); {_base_path(session)}"
        )
    names = session.home.result["required"]
    if _is_something_else(response, names):
        raise Untestable(
            f"{response.request.url} is not a Sequences API: JSON with none of {', '.join(names)}"
            f" ({response.text(80)!r}); {_base_path(session)}"
        )


def _base_path(session: Session) -> str:
    target = session.target
    general = "--url must end in the base path, such as http://127.0.0.1:4010/v1"
    if target.url.endswith("/v1"):
        return f"check that {target.url} is the API's base URL"
    settings = session.settings
    other = Target(
        f"{target.url}/v1",
        target.keys,
        headers=settings.headers,
        ca_bundle=settings.ca_bundle,
        timeout=settings.timeout,
    )
    try:
        found = other.call("GET", session.home.path)
    except TargetError:
        return general
    finally:
        other.close()
    return f"{general}; {other.url} does respond" if found.status == 200 and _speaks_json(found) else general


def _speaks_json(response: Response) -> bool:
    """Whether the response is JSON, or at least says so: what claims to be JSON and is not is a finding."""
    if "json" in response.headers.get("content-type", "").lower():
        return True
    try:
        response.json()
    except (NotJson, RecursionError):
        return False
    return True


def _is_something_else(response: Response, names: list[str]) -> bool:
    """Whether a 200 has nothing of what it should be. With any field of it, rules judge it, right or wrong."""
    try:
        body = response.json()
    except (NotJson, RecursionError):
        return False
    return response.status == 200 and not (isinstance(body, dict) and any(name in body for name in names))


def _require_known(session: Session, first: Response) -> None:
    """Sees that the target knows each further key, and that the other organization is another. Only reads.

    Where it says whose key it is, it knows the key: that it rejects a read with 401 is for rules to judge then.
    `first` is the response to the first request with the key that reads and writes.
    """
    for role in ROLES:
        if role == "key" or not session.has(role):
            continue
        response = session.client.send(session.home, key=role)
        source, first_source = (source_of(each, session.target.keys[each]) for each in (role, "key"))
        if response.status == 401 and not _organizations(_me(session, role)):
            raise Untestable(f"the key of {source} is rejected (401); give {ROLES[role]} that the target knows")
        if role == "other" and _is_of_one(session, first, response):
            raise Untestable(f"the key of {source} is of the same organization as {first_source}; give {ROLES[role]}")


def _is_of_one(session: Session, first: Response, second: Response) -> bool:
    """Whether two keys are of one organization: by what the target says of them, else by whose items both of them list.

    Items of the first organization alone may be a leak to the second, which is for rules to judge: only where nothing says
    what a key's organization is does a list of the same items count as the same one.
    """
    said = [_organizations(_me(session, role)) for role in ("key", "other")]
    if all(said):
        return said[0] == said[1]
    listed = [_organizations(response) for response in (first, second)]
    return len(listed[0]) == 1 and listed[0] == listed[1] and first.body == second.body


def _me(session: Session, role: str) -> Response:
    """What the target says of a key."""
    return session.target.call("GET", session.contract.operations["getMe"].path, key=role)


def _organizations(response: Response) -> set[str]:
    """The organizations that a response names, of an item or of the items of a page."""
    try:
        body = response.json()
        return {item["organization_id"] for item in body.get("items", [body])}
    except (NotJson, RecursionError, AttributeError, TypeError, KeyError):
        return set()


def _require_writing(session: Session) -> None:
    """Sees that the key may write, by an update of a run that does not exist."""
    response = session.client.update(ABSENT_ID, {})
    if response.status in (401, 403):
        raise Untestable(
            f"the key may not write ({response.status}); give --key one that reads and writes, or leave out --allow-writes"
        )
