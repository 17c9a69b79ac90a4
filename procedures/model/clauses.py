"""The clauses of steps that have no settings of their own."""

from procedures.model.part import Part, Sourced


class Clauses(Part):
    """Steps that have no settings of their own are named with their clause, to be cited; `loop` stands for the rest."""

    loop: Sourced
    first_contact_answer: Sourced | None = None
    several_demands: Sourced | None = None
    new_order_only_for_new_request: Sourced | None = None
    supplements: Sourced | None = None
    grade_by_hand: Sourced | None = None
    request_in_callback: Sourced | None = None
    targets: Sourced | None = None
    scope: Sourced | None = None
    review: Sourced | None = None
    platform_orders: Sourced | None = None
    material: Sourced | None = None
    unreachable: Sourced | None = None
    not_wanted: Sourced | None = None
    call_record: Sourced | None = None
    next_time_agreed: Sourced | None = None
    reason_when_exhausted: Sourced | None = None
