"""How well requests were put to their matters, pair by pair within a window of days, against labels given by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Placed:
    """One request: when it came, the matter found for it, and the matter it belongs to where somebody labelled it."""

    at: datetime
    found: str
    label: str | None


@dataclass(frozen=True)
class Pairs:
    """`right` pairs are together in both, `wrong` only in what was found (two labels), `missed` only in the labels.

    `strangers` pairs join a labelled request with an unlabelled one: wrong unless the label was forgotten.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    strangers: int = 0

    @property
    def precision(self) -> float:
        """Of the labelled pairs put together, the share that belongs together."""
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def strict_precision(self) -> float:
        """The same when every unlabelled companion counts as wrong."""
        return self.right / ((self.right + self.wrong + self.strangers) or 1)

    @property
    def recall(self) -> float:
        """Of the pairs that belong together, the share put together."""
        return self.right / ((self.right + self.missed) or 1)


def judge(requests: Sequence[Placed], window: timedelta, label: str | None = None) -> Pairs:
    """Compare all pairs at most `window` apart; with `label` only those that have a part in that matter."""
    counts = {"right": 0, "wrong": 0, "missed": 0, "strangers": 0}
    for place, later in enumerate(requests):
        for earlier in reversed(requests[:place]):
            if later.at - earlier.at > window:
                break
            verdict = _verdict(earlier, later) if label in (None, earlier.label, later.label) else None
            if verdict:
                counts[verdict] += 1
    return Pairs(**counts)


def _verdict(one: Placed, other: Placed) -> str | None:
    together, labelled = one.found == other.found, (one.label is not None) + (other.label is not None)
    if labelled == 2 and one.label == other.label:
        return "right" if together else "missed"
    if not together or not labelled:
        return None
    return "wrong" if labelled == 2 else "strangers"
