"""Path patterns, as fault rules and the journal use them: `*` stands for any characters, and nothing else is special."""


def glob_matches(pattern: str, path: str) -> bool:
    """Whether a path matches a pattern.

    Each part is looked for where it occurs first behind the one before. No other place could help, so nothing is tried
    twice, and no pattern takes longer than its length times the path's.
    """
    head, *parts = pattern.split("*")
    if not parts:
        return path == head
    *middle, tail = parts
    if len(path) < len(head) + len(tail) or not path.startswith(head) or not path.endswith(tail):
        return False
    place, end = len(head), len(path) - len(tail)
    for part in middle:
        place = path.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True
