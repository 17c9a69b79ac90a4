"""Which clocks run for a ticket or a piece of knowledge, and what every fact does to them: pure functions."""

from services.sla_monitor.rules.state import Sla, SlaClock

__all__ = ["Sla", "SlaClock"]
