"""Text and bytes as words of bash, so that a request that is shown can be pasted and run."""

import re


def quote(text: str) -> str:
    """`text` as one word of bash, safe for control characters too."""
    if all(32 <= ord(character) < 127 or ord(character) > 160 for character in text):
        return "'" + text.replace("'", "'\\''") + "'"
    return _ansi(text.encode("utf-8", "surrogatepass"))


def _ansi(raw: bytes) -> str:
    plain = (
        f"\\{chr(byte)}" if chr(byte) in "\\'" else chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in raw
    )
    return f"$'{''.join(plain)}'"


def quote_body(raw: bytes) -> str:
    """The body as a word; a long run of one character becomes a command, so that the line stays short."""
    run = re.search(rb"([ -~])\1{300,}", raw)
    if run is not None:
        before, after = raw[: run.start()], raw[run.end() :]
        if len(before) + len(after) <= 2000:
            filler = f"head -c {len(run[0])} /dev/zero | tr '\\0' {_word(run[1])}"
            return f"@<(printf %s {_word(before)}; {filler}; printf %s {_word(after)})"
    if len(raw) > 4000:
        return f"{_word(raw[:200])} # cut here; the whole body has {len(raw)} bytes"
    return _word(raw)


def _word(raw: bytes) -> str:
    try:
        return quote(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _ansi(raw)
