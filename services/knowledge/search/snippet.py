"""The part of a text that shows best why it was found, the terms marked."""

import re
from bisect import bisect_right
from html import escape

LENGTH = 80
"""Characters shown: two lines of an agent's screen."""

_LEAD = 12
"""Characters before the first marked term, for its context."""


def snippet(text: str, terms: tuple[str, ...], length: int = LENGTH) -> str:
    """HTML with nothing but `<mark>` in it; the beginning of the text where no term stands in it."""
    spans = _spans(text, terms)
    start = _start(text, spans, length)
    end = min(len(text), start + length)
    shown, at = ["…" if start else ""], start
    for first, last in spans:
        if start <= first and last <= end:
            shown += (escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>")
            at = last
    shown += (escape(text[at:end]), "…" if end < len(text) else "")
    return "".join(shown).replace("\n", " ")


def _spans(text: str, terms: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where terms stand, joined where they touch."""
    if not terms:
        return []
    pattern = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    joined: list[tuple[int, int]] = []
    for found in re.finditer(pattern, text, re.IGNORECASE):
        if joined and joined[-1][1] == found.start():
            joined[-1] = (joined[-1][0], found.end())
        else:
            joined.append(found.span())
    return joined


def _start(text: str, spans: list[tuple[int, int]], length: int) -> int:
    """Where a window holds most of what is marked, a little before its first mark."""
    if not spans or len(text) <= length:
        return 0
    best, most = 0, 0
    ends = [last for _, last in spans]
    for place, (first, _) in enumerate(spans):
        room = max(0, first - _LEAD) + length
        held = {text[a:b].upper() for a, b in spans[place : bisect_right(ends, room)]}
        marked = sum(map(len, held))
        if marked > most:
            best, most = first, marked
    return max(0, min(best - _LEAD, len(text) - length))
