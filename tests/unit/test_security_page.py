"""The page of security has a line for every point of the standard, and names nothing that is not there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
STATES = {"holds", "elsewhere", "no such thing", "open"}

POINTS = """
V1.1:2 V1.2:9 V1.3:11 V1.4:3 V1.5:2 V2.1:3 V2.2:3 V2.3:4 V2.4:1 V3.2:2 V3.3:4 V3.4:6 V3.5:5 V3.7:2 V4.1:3 V4.2:1
V4.3:2 V4.4:4 V5.1:1 V5.2:3 V5.3:2 V5.4:3 V6.1:3 V6.2:12 V6.3:4 V6.4:4 V6.5:5 V6.6:3 V6.8:4 V7.1:3 V7.2:4 V7.3:2
V7.4:5 V7.5:2 V7.6:2 V8.1:2 V8.2:3 V8.3:1 V8.4:1 V9.1:3 V9.2:4 V10.1:2 V10.2:2 V10.3:4 V10.4:11 V10.5:5 V10.6:2
V10.7:3 V11.1:2 V11.2:3 V11.3:3 V11.4:4 V11.5:1 V11.6:1 V12.1:3 V12.2:2 V12.3:4 V13.1:1 V13.2:5 V13.3:2 V13.4:5
V14.1:2 V14.2:4 V14.3:3 V15.1:3 V15.2:3 V15.3:7 V16.1:1 V16.2:5 V16.3:4 V16.4:3 V16.5:3 V17.1:1 V17.2:4 V17.3:2
"""
"""OWASP ASVS 5.0.0: how many points of levels 1 and 2 each section has; they are numbered from 1."""


def _rows() -> list[tuple[str, str]]:
    return re.findall(r"^\| (V[\d., V-]+) \| ([a-z ]+) \| .+ \|$", PAGE, re.M)


def _points(written: str) -> list[str]:
    found = []
    for section, first, last in re.findall(r"(V\d+\.\d+)\.(\d+)(?:-(\d+))?", written):
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def test_every_point_has_one_line_with_its_state() -> None:
    wanted = [point for each in POINTS.split() for point in _points(each.replace(":", ".1-"))]
    found = Counter(point for points, _ in _rows() for point in _points(points))
    assert len(wanted) == 253
    assert sorted(found - Counter(wanted)) == []
    assert sorted(Counter(wanted) - found) == []
    assert {state for _, state in _rows()} <= STATES


def test_whatever_file_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:kit|contracts|services|tests|deploy|docs)/[\w./-]+\.\w+)`", PAGE))
    assert len(named) > 20
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
