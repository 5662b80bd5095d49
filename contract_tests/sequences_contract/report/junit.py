"""JUnit XML: one test case for each rule, so that a CI keeps history by rule."""

import re
import xml.etree.ElementTree as ET

from ..engine.settings import Settings
from ..engine.verdicts import Outcome, Verdict
from .visible import visible

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as XML."""
    suite = ET.Element("testsuite", name=f"sequences-contract {settings.profile}", time=f"{outcome.seconds:.3f}")
    suite.extend(_cases(outcome.with_texts(visible)))
    suite.set("tests", str(len(suite)))
    for counted, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{kind}"))))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _cases(outcome: Outcome) -> list[ET.Element]:
    cases = [_case(verdict) for verdict in outcome.verdicts]
    if outcome.failure or outcome.interrupted:
        cases.append(_whole("can be tested to the end", "error", outcome.failure or "interrupted"))
    cases += [
        _whole(f"{name} is expected to fail", "failure", "it passes; take it out of the list")
        for name in outcome.unexpectedly_passing
    ]
    return cases


def _whole(name: str, kind: str, message: str) -> ET.Element:
    case = ET.Element("testcase", classname="target", name=_clean(name), time="0")
    ET.SubElement(case, kind, message=_clean(message))
    return case


def _case(verdict: Verdict) -> ET.Element:
    rule = verdict.rule
    case = ET.Element("testcase", classname=rule.group, name=rule.id, time=f"{verdict.seconds:.3f}")
    if verdict.name == "not_exercised":
        word = "left out" if verdict.excused else "not exercised"
        ET.SubElement(case, "skipped", message=_clean(f"{word}: {verdict.reason}"))
    elif verdict.name == "violated" and verdict.expected is not None:
        ET.SubElement(case, "skipped", message=_clean(f"expected failure: {verdict.expected}"))
    elif verdict.name == "violated":
        first = verdict.evidence[0] if verdict.evidence else None
        message = f"{rule.sentence} Expected {first.expected}; got {first.got}" if first else rule.sentence
        failure = ET.SubElement(case, "failure", message=_clean(message)[:500], type=rule.basis)
        failure.text = _clean("\n".join(line for one in verdict.evidence for line in one.curl))
    return case


def _clean(text_: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text_)
