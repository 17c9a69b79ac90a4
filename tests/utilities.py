"""Every procedure of the tests: those that come with the project, and the small, unlike ones beside their cases."""

from pathlib import Path

from procedures.loader import Procedures, load_all
from procedures.model import OwnField

SMALL = Path(__file__).parent / "procedures" / "small"

OURS = load_all()
ALL = Procedures({**OURS.by_ref, **load_all(SMALL, SMALL / "released.toml").by_ref})
EVERY = tuple(ALL.by_ref.values())


def written(field: OwnField) -> str:
    """A value that the field takes."""
    given = {"number": "7", "date": "2026-11-18", "phone": "021-5555-0101", "yes_no": "yes"}
    return next(iter(field.choices)) if field.kind == "choice" else given.get(field.kind, "若干")
