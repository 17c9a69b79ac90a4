"""The frozen model of a procedure file; import its words from here."""

from procedures.model.acceptance import AcceptanceRules
from procedures.model.handling import (
    CallbackRules,
    Confidentiality,
    EscalationCause,
    EscalationRule,
    ExtensionRules,
    GradingRules,
    KnowledgeRules,
    MatterRules,
    PersonalDataAccess,
    QuietHours,
    ReturnRules,
    Script,
    UrgingRules,
)
from procedures.model.limits import (
    Candidate,
    Deadline,
    Enforcement,
    GovernmentStandard,
    Limit,
    Origin,
    Promise,
    Unlimited,
)
from procedures.model.organisation import Division, Organisation, Unit
from procedures.model.part import Basis, Names, Setting
from procedures.model.procedure import Procedure
from procedures.model.readings import Readings
from procedures.model.types import Guidance, Identity, ReplyRules, RequestField, RequiredAttachment, Subtype, TypeRules
from procedures.model.work_orders import PhoneNotice, WorkOrderRules

__all__ = [
    "AcceptanceRules",
    "Basis",
    "CallbackRules",
    "Candidate",
    "Confidentiality",
    "Deadline",
    "Division",
    "Enforcement",
    "EscalationCause",
    "EscalationRule",
    "ExtensionRules",
    "GovernmentStandard",
    "GradingRules",
    "Guidance",
    "Identity",
    "KnowledgeRules",
    "Limit",
    "MatterRules",
    "Names",
    "Organisation",
    "Origin",
    "PersonalDataAccess",
    "PhoneNotice",
    "Procedure",
    "Promise",
    "QuietHours",
    "Readings",
    "ReplyRules",
    "RequestField",
    "RequiredAttachment",
    "ReturnRules",
    "Script",
    "Setting",
    "Subtype",
    "TypeRules",
    "Unit",
    "Unlimited",
    "UrgingRules",
    "WorkOrderRules",
]
