"""Every procedure of the tests: those that come with the project, and the small, unlike ones beside their cases."""

from pathlib import Path

from procedures.loader import Procedures, load_all

SMALL = Path(__file__).parent / "procedures" / "small"

OURS = load_all()
ALL = Procedures({**OURS.by_ref, **load_all(SMALL, SMALL / "released.toml").by_ref})
EVERY = tuple(ALL.by_ref.values())
