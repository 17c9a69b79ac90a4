"""Which words the matters of a window hold: a word is as rare as the matters that hold it are few."""

from array import array
from collections import Counter


class Vocabulary:
    """Counts matters, not requests: an outbreak must not make its own words worthless."""

    def __init__(self) -> None:
        self.matters_with: Counter[int] = Counter()
        """How many matters hold each word."""
        self._shown: dict[str, list[array[int]]] = {}

    def __len__(self) -> int:
        """How many matters there are."""
        return len(self._shown)

    def unseen(self, matter: str, numbers: "array[int]") -> "array[int]":
        """Those of the words that no request of the matter held."""
        seen = set().union(*self._shown.get(matter, ()))
        return array("I", (number for number in numbers if number not in seen))

    def join(self, matter: str, new: "array[int]") -> None:
        """A request of the matter, with the words that it was the first to hold."""
        self.matters_with.update(new)
        self._shown.setdefault(matter, []).append(new)

    def leave(self, matter: str, new: "array[int]") -> None:
        """That request is forgotten or moved elsewhere; `new` is the very array it joined with."""
        self.matters_with.subtract(new)
        for number in new:
            if not self.matters_with[number]:
                del self.matters_with[number]
        requests = self._shown[matter]
        del requests[next(place for place, words in enumerate(requests) if words is new)]
        if not requests:
            del self._shown[matter]
