"""What others wrote, made safe for a terminal: shown as it stands, and nothing in it is obeyed."""

import json
import re
import unicodedata
from typing import Any

_UNPRINTABLE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(written: str) -> str:
    """The text with every control and direction character written out: an escape shows as `\\x1b`."""
    return "".join(each if _is_shown(each) else each.encode("unicode_escape").decode("ascii") for each in written)


def printable_lines(written: str) -> str:
    """The same for a text of several lines, which keeps them."""
    return "\n".join(map(printable, written.split("\n")))


def _is_shown(character: str) -> bool:
    """Blanks of any width are shown, too: Python calls an ideographic blank unprintable."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def printable_json(data: Any) -> str:
    """The data as JSON to read: Chinese as it is, and what a terminal would obey in JSON's own escapes."""
    laid_out = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    return _UNPRINTABLE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", laid_out)
