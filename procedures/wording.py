"""Durations and moments in the reader's language."""

from datetime import date, datetime

from contracts.texts import Language, text
from procedures.duration import Duration


def duration_text(duration: Duration, language: Language) -> str:
    """`3 个工作日`, `3 working days`."""
    return text(f"duration.{duration.unit.value}", language, n=duration.amount)


def moment_text(local: datetime, language: Language) -> str:
    """A local moment with its weekday, to the minute, or to the second where there are seconds."""
    return (
        f"{day_text(local, language)} {local:%H:%M:%S}"
        if local.second
        else f"{day_text(local, language)} {local:%H:%M}"
    )


def day_text(day: date, language: Language) -> str:
    """A local day with its weekday."""
    return f"{day:%Y-%m-%d} {text(f'weekday.{day.weekday()}', language)}"
