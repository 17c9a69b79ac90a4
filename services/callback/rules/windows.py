"""When a customer may be called: outside quiet hours, spaced out, or at the time agreed (第十四条(九))."""

from datetime import datetime, timedelta

from procedures.model import Procedure

_DAY = timedelta(days=1)


def is_quiet(moment: datetime, procedure: Procedure) -> bool:
    """Whether nobody is called at this moment: 21:00:00 is quiet, 08:00:00 is not (R004-095, reading 17)."""
    return procedure.callback.quiet.value.include(moment.astimezone(procedure.calendar.zone))


def outside_quiet(moment: datetime, procedure: Procedure) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    if not is_quiet(moment, procedure):
        return moment
    local = moment.astimezone(procedure.calendar.zone)
    ends = procedure.callback.quiet.value.ends
    end = local.replace(hour=ends.hour, minute=ends.minute, second=ends.second, microsecond=ends.microsecond)
    return (end if end > local else end + _DAY).astimezone(moment.tzinfo)


def agreed(moment: datetime, procedure: Procedure) -> datetime:
    """When an agreed time is called: then, or after the quiet hours where these bind it too (R004-092, a reading)."""
    allowed = procedure.readings.appointment_in_quiet_hours == "allowed"
    return moment if allowed else outside_quiet(moment, procedure)


def is_covered(moment: datetime, appointed_for: datetime | None, procedure: Procedure) -> bool:
    """Whether a quiet moment may be called since a time within the same quiet hours was agreed, and has come."""
    if appointed_for is None or not is_quiet(appointed_for, procedure):
        return False
    return moment < outside_quiet(appointed_for, procedure)


def after_attempt(moment: datetime, procedure: Procedure) -> datetime:
    """The earliest moment for another attempt: spaced out and outside quiet hours (R004-095, R004-100)."""
    return outside_quiet(procedure.calendar.add(moment, procedure.callback.spacing.value), procedure)
