"""What is asked when a request is accepted, and the clause that asks it."""

from contracts.vocabulary import Channel
from procedures.model.part import Part, Setting, Sourced


class AcceptanceRules(Part):
    """第十三条 to 第十五条: steps of acceptance without settings of their own are named with their clause, to be cited.

    `reason_explained` lists the channels on which somebody is there to hear why there is no answer at once (R004-035).
    """

    first_contact_answer: Sourced
    reason_explained: Setting[tuple[Channel, ...]]
    several_demands: Sourced
    new_order_only_for_new_request: Sourced
    supplements: Sourced
    grade_by_hand: Sourced
    request_in_callback: Sourced
