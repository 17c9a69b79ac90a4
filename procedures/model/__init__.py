"""The frozen model of a procedure file; import its words from here."""

from procedures.model.clocks import Clock, Level, Moment, Reactions
from procedures.model.grading import GradeRule, GradingRules, GroupRule
from procedures.model.handling import EscalationRule, QuietHours, Script
from procedures.model.limits import Candidate, Deadline, Enforcement, GovernmentStandard, Limit, Origin, Promise
from procedures.model.organisation import Division, Organisation, Unit
from procedures.model.part import Basis, Names, Setting, Sourced
from procedures.model.procedure import Procedure
from procedures.model.types import Identity, OwnField, ReplyPart, ReplyRules, RequestField, TypeRules
from procedures.model.when import Circumstances, When

__all__ = [
    "Basis",
    "Candidate",
    "Circumstances",
    "Clock",
    "Deadline",
    "Division",
    "Enforcement",
    "EscalationRule",
    "GovernmentStandard",
    "GradeRule",
    "GradingRules",
    "GroupRule",
    "Identity",
    "Level",
    "Limit",
    "Moment",
    "Names",
    "Organisation",
    "Origin",
    "OwnField",
    "Procedure",
    "Promise",
    "QuietHours",
    "Reactions",
    "ReplyPart",
    "ReplyRules",
    "RequestField",
    "Script",
    "Setting",
    "Sourced",
    "TypeRules",
    "Unit",
    "When",
]
