"""What may stand in an address: texts with an end, as everywhere."""

from typing import Annotated

from fastapi import Path

MOST_IN_PATH = 255

InPath = Annotated[str, Path(max_length=MOST_IN_PATH)]
"""An id, a number or a word that names the thing asked for."""
