"""When a customer may be called: outside quiet hours, spaced out, or at the time agreed (第十四条(九))."""

from datetime import datetime, timedelta

from procedures.model import Procedure, QuietHours
from procedures.model.part import stated

_DAY = timedelta(days=1)


def is_quiet(moment: datetime, procedure: Procedure) -> bool:
    """Whether nobody is called at this moment: the first instant of quiet hours is, their end is not."""
    return _quiet_hours(moment, procedure) is not None


def _quiet_hours(moment: datetime, procedure: Procedure) -> QuietHours | None:
    local = moment.astimezone(procedure.calendar.zone)
    return next((each for each in stated(procedure.callback).quiet.value if each.include(local)), None)


def outside_quiet(moment: datetime, procedure: Procedure) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    quiet = _quiet_hours(moment, procedure)
    if quiet is None:
        return moment
    local = moment.astimezone(procedure.calendar.zone)
    end = local.replace(hour=quiet.ends.hour, minute=quiet.ends.minute, second=quiet.ends.second, microsecond=0)
    after = (end if end > local else end + _DAY).astimezone(moment.tzinfo)
    return outside_quiet(after, procedure)


def agreed(moment: datetime, procedure: Procedure) -> datetime:
    """When an agreed time is called: then, or after the quiet hours where these bind it too (R004-092, a reading)."""
    allowed = procedure.reading("appointment_in_quiet_hours") == "allowed"
    return moment if allowed else outside_quiet(moment, procedure)


def is_covered(moment: datetime, appointed_for: datetime | None, procedure: Procedure) -> bool:
    """Whether a quiet moment may be called since a time within the same quiet hours was agreed, and has come."""
    if appointed_for is None or not is_quiet(appointed_for, procedure):
        return False
    return moment < outside_quiet(appointed_for, procedure)


def after_attempt(moment: datetime, procedure: Procedure) -> datetime:
    """The earliest moment for another attempt: spaced out and outside quiet hours (R004-095, R004-100)."""
    return outside_quiet(procedure.calendar.add(moment, stated(procedure.callback).spacing.value), procedure)
