"""Strings are kept as they are, whatever is in them, up to the largest body."""

from ...engine import RuleContext, Run
from ...http.messages import Response
from ..registry import about
from .update import set_variables

rule = about("Sequences", "updateSequence", tier="write", reach="run")
_MIB = 1024 * 1024
_STRINGS = (
    "", " ", "  both sides  ", "\ttab and\nline\r\n", "Ünïcödé", "e\u0301 decomposed, \u00e9 composed", "日本語テキスト",
    "emoji 👩‍👩‍👧 family", "{{first_name}} & <b>\"quotes\"</b> 'single' \\ back", "ALL CAPS and lower", "null", "true", "0", "007",
    "\u200b\ufeffinvisible", "\u202eright to left", "%20%00", "a" * 255, "b" * 256, "c" * 1001, "d" * 20_000, "z" * 70_000,
    "\u0001\u001f\u007f", "-1", "1e3", "[1]", "{}", "&amp;", "&lt;", "﷽", "100%25", "%41%20", "“curly” ‘quotes’", "line\u2028and\u2029paragraph", "a+b", "&#39;", "é" * 5000,
)  # fmt: skip

_NAMES = (
    "é", "e\u0301", " spaced ", "UPPER", "upper", "k" * 300, "with-hyphen", "%41percent", "“quoted”", "line\u2028separator",
    "with_underscore", "camelCase", "with:colon", "日本", "a.b", "a/b", "$ref", "__proto__", "<b>",
)  # fmt: skip


@rule("update.strings_kept", "Strings are kept exactly, in keys and values.", "update.merge")
def strings(context: RuleContext) -> None:
    with context.lease() as run:
        for start in range(0, len(_STRINGS), 6):
            part = _STRINGS[start : start + 6]
            set_variables(context, run, {f"suite_{start + index}": text for index, text in enumerate(part)})
        for text in _NAMES:
            set_variables(context, run, {text: "x"})
        set_variables(context, run, {f"suite_many_{number}": str(number) for number in range(60)})
        _, same_status = context.whole_list(context.sequences, {"status": run.status}, fresh=True)
        listed = [other for other in same_status if other.id == run.id]
        if listed:
            response = context.get(run.id)
            context.check(listed[0] == context.run_of(response), "the same in the list", "other variables", response)


@rule("update.body.charset.strict", "JSON may be declared with a charset of utf-8.", "body.media_type")
def charset(context: RuleContext) -> None:
    with context.lease() as run:
        for kind in (
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            'Application/JSON; charset="utf-8"',
        ):
            _send_raw(context, run, b'{"variables": {"suite_body": "x"}}', kind)


@rule("update.body.largest.strict", "A body of just 1 MiB is read.", "body.too_large")
def largest(context: RuleContext) -> None:
    with context.lease() as run:
        # The contract does not say how large all variables together may grow.
        context.prepared(context.update(run.id, dict.fromkeys(run.variables or {})))
        text = "x" * (_MIB - len(b'{"variables":{"suite_big":""}}'))
        response = _send_raw(context, run, f'{{"variables":{{"suite_big":"{text}"}}}}'.encode(), "application/json")
        kept = (context.run_of(response).variables or {}).get("suite_big")
        context.check(kept == text, "the whole string", f"{len(kept or '')} characters", response)


def _send_raw(context: RuleContext, run: Run, content: bytes, kind: str) -> Response:
    operation = context.contract.operations["updateSequence"]
    response = context.send(operation, run.id, content=content, headers=[("Content-Type", kind)])
    return context.expect(response, 200, why=f"for a body of {len(content)} bytes as {kind}")
