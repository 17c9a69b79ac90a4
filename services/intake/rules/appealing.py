"""Whether an appeal (申诉) may be made: by whom the earlier request was, against which, and with what behind it."""

from contracts.refusal import Refusal, refused
from contracts.vocabulary import Closure
from procedures.model import Procedure
from procedures.model.beyond import AppealRules
from procedures.wording import local_text
from services.intake.rules.request import Request
from services.intake.rules.ticket import Ticket

_NO_RESULT_TO_DISLIKE = (Closure.SATISFIED, Closure.WITHDRAWN, Closure.MERGED)


def appeal_rules(request: Request, procedure: Procedure) -> AppealRules | None:
    """The rules about appeals of a request that is one."""
    found = (procedure.types[item.type].appeals for item in request.demands if item.type in procedure.types)
    return next((rules for rules in found if rules is not None), None)


def misnamed(request: Request, procedure: Procedure) -> Refusal | None:
    """An appeal names the earlier request; nothing else names one as what it appeals against."""
    rules = appeal_rules(request, procedure)
    if (rules is None) is (request.appeals is None):
        return None
    if rules is not None:
        return refused("appeal_of_nothing", rules, accepts=("appeals",))
    appeals = tuple(name for name, each in procedure.types.items() if each.appeals)
    code = "type_is_no_appeal" if appeals else "not_in_procedure"
    return refused(code, procedure.clauses.loop, accepts=appeals or tuple(procedure.types), step="appeal")


def unfounded(request: Request, earlier: Ticket, rules: AppealRules, procedure: Procedure) -> Refusal | None:
    """Why the earlier request cannot be appealed against by this customer, yet or at all.

    What has a result that does not satisfy can; what has none can once the time for an answer is over.
    """
    if earlier.customer_ref != request.customer_ref:
        return refused("appeal_by_another", rules)
    if earlier.type not in rules.against:
        return refused("appeal_against_other_type", rules, accepts=rules.against)
    until = procedure.calendar.add(earlier.opened_at, rules.unanswered_after)
    if (earlier.closed_at or request.at) > until:
        return None
    if earlier.closure is None:
        zone = procedure.calendar.zone
        accepts = (f"> {until.astimezone(zone).isoformat()}",)
        return refused("appeal_too_early", rules, accepts=accepts, until=local_text(until, zone))
    return refused("appeal_of_a_satisfied", rules) if earlier.closure in _NO_RESULT_TO_DISLIKE else None
