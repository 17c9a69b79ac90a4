"""A work order's way between centre, unit and division: what is asked at each step, and the clause that asks it."""

from contracts.fact import Grade
from contracts.vocabulary import Flag
from procedures.model.part import Part, Setting, Sourced


class PhoneNotice(Sourced):
    """What may be passed by phone before the work order (第十五条(二)1, R004-117), beside what must be."""

    flags: tuple[Flag, ...] = ()
    complaint_grades: tuple[Grade, ...] = ()


class WorkOrderRules(Part):
    """第十四条 and 第十五条: steps that have no settings of their own are named with their clause, to be cited."""

    loop: Sourced
    targets: Sourced
    scope: Sourced
    phone_notice: PhoneNotice
    review: Sourced
    rejection_grounds_required: Setting[bool]
    every_demand_answered: Setting[bool]
    private_reply_for: Setting[tuple[Flag, ...]]
