"""Whether a request can be accepted: everything its types ask for is there (第十四条, 第十五条(一)1)."""

from contracts.refusal import Refusal, refused
from contracts.vocabulary import NO_ONE
from contracts.windows import misplaced
from procedures.filling import misfilled
from procedures.model import Procedure, RequestField, TypeRules
from procedures.model.part import Sourced
from services.intake.rules.answering import not_at_once, unverified
from services.intake.rules.appealing import misnamed
from services.intake.rules.grading import circumstances, grade_at_sight, is_graded
from services.intake.rules.request import Request
from texts import Labels

MOST_IN_FIELDS = 16_000
"""Characters that everybody is told of; the words themselves stay here and may be more."""


def check(request: Request, procedure: Procedure) -> Refusal | None:
    """The first thing that stands in the way, or None; nothing is shown or opened before this passes."""
    if not request.demands:
        return Refusal("no_type", accepts=tuple(procedure.types))
    return (
        misplaced(request, request.at)
        or _unknown_word(request, procedure)
        or _unknown_place(request, procedure)
        or _wish_in_past(request, procedure)
        or _hung_up_before(request, procedure)
        or _unverified(request, procedure)
        or _missing(request, procedure)
        or misnamed(request, procedure)
        or _grade_of_other_type(request, procedure)
        or _unknown_guidance(request, procedure)
        or _answered_too_soon(request, procedure)
        or _unexplained(request, procedure)
    )


def _unknown_word(request: Request, procedure: Procedure) -> Refusal | None:
    """A type, a flag or a field that this procedure does not have."""
    loop = procedure.clauses.loop
    for item in request.demands:
        if item.type not in procedure.types:
            return refused("type_unknown", loop, accepts=tuple(procedure.types), type=item.type)
    for flag in request.flags:
        if flag not in procedure.flags:
            return refused("flag_unknown", loop, accepts=tuple(procedure.flags), flag=flag)
    said = sum(map(len, request.fields.values()))
    if said > MOST_IN_FIELDS:
        return refused("too_much_said", loop, size=said, most=MOST_IN_FIELDS)
    return misfilled({**request.fields, **request.personal}, procedure.fields, loop)


def _unknown_place(request: Request, procedure: Procedure) -> Refusal | None:
    """A unit that the organisation does not have (第十五条(一)3, R004-108), or nobody whom one could complain about."""
    for unit in (request.unit, *(item.unit for item in request.items)):
        if unit is not None and procedure.unit(unit) is None:
            known = tuple(target.id for target in procedure.organisation.targets())
            return refused("no_such_unit", procedure.clause("targets"), accepts=known, unit=unit)
    anyone = (*procedure.organisation.levels(), NO_ONE)
    if request.accused is not None and request.accused not in anyone:
        return refused("no_such_unit", procedure.clause("targets"), accepts=anyone, unit=request.accused)
    return None


def _missing(request: Request, procedure: Procedure) -> Refusal | None:
    """All missing fields of a clause at once; told precautions have one of their own (R004-052)."""
    given = {*request.given, *request.fields, *request.personal}
    for item in request.demands:
        rules = procedure.types[item.type]
        missing = tuple(field for field in rules.required.value if field not in given)
        if missing:
            basis: Sourced = rules.required
            if missing == (RequestField.PRECAUTIONS,) and rules.precautions is not None:
                basis = rules.precautions
            return _without(missing, basis, procedure)
        of = circumstances(item, request, procedure)
        for row in rules.required_when:
            also = tuple(field for field in row.fields if field not in given)
            if also and procedure.is_so(row.when, of):
                return _without(also, row, procedure)
    every = procedure.acceptance.every_request
    missing = tuple(field for field in every.value if field not in given) if every else ()
    return _without(missing, every, procedure) if every and missing else None


def _without(missing: tuple[str, ...], basis: Sourced, procedure: Procedure) -> Refusal:
    names = Labels(_field(field, procedure) for field in missing)
    return refused("fields_missing", basis, accepts=missing, fields=names)


def _field(field: str, procedure: Procedure) -> object:
    own = procedure.fields.get(field)
    return own.names if own else RequestField(field)


def _wish_in_past(request: Request, procedure: Procedure) -> Refusal | None:
    """Nobody can be called at a time that has passed (R004-092)."""
    wish = request.call_wish.at
    if wish is None or wish > request.at:
        return None
    rule = procedure.callback.appointment_overrides_window if procedure.callback else None
    return refused("wish_in_past", rule or procedure.clauses.loop, accepts=(f"> {request.at.isoformat()}",))


def _hung_up_before(request: Request, procedure: Procedure) -> Refusal | None:
    """A call whose beginning is known did not end before it (design reading 28)."""
    if request.ended_at is None or not request.began or request.ended_at >= request.at:
        return None
    return refused("ended_before_begun", procedure.clauses.loop, accepts=(f">= {request.at.isoformat()}",))


def _unverified(request: Request, procedure: Procedure) -> Refusal | None:
    """Nothing of the file is shown before the caller's identity was checked; the call itself may be recorded."""
    for rules in _rules_of(request, procedure):
        identity = rules.identity
        asked = identity is not None and (identity.before == "request" or request.answer is not None)
        if identity is not None and asked and not request.verified:
            return unverified(identity)
    return None


def _grade_of_other_type(request: Request, procedure: Procedure) -> Refusal | None:
    """A grade by hand is one of those that a type of the request has."""
    if request.grade is None:
        return None
    basis = procedure.clause("grade_by_hand")
    graded = [item.type for item in request.demands if is_graded(item.type, procedure)]
    if not graded:
        return refused("type_without_grades", basis, type=procedure.name_of("type", request.demands[0].type))
    most = max(len(procedure.types[each].grades) for each in graded)
    return refused("grade_unknown", basis, accepts=(f"1-{most}",)) if request.grade > most else None


def _unknown_guidance(request: Request, procedure: Procedure) -> Refusal | None:
    """Self-help is read from the scripts that the procedure has for what is asked (R004-058)."""
    asked = request.answer.guidance if request.answer else None
    known = tuple(script for item in request.demands for script in procedure.guidance(item.type, item.subtype))
    if asked is None or asked in known:
        return None
    return refused("no_such_guidance", procedure.clause("first_contact_answer"), accepts=known, script=asked)


def _answered_too_soon(request: Request, procedure: Procedure) -> Refusal | None:
    """Some requests somebody has to deal with, whatever the customer is told at once."""
    if request.answer is None:
        return None
    for item in request.demands:
        grade = grade_at_sight(item, request, procedure)
        held = not_at_once(circumstances(item, request, procedure)._replace(grade=grade), procedure)
        if held is not None:
            return held
    return None


def _unexplained(request: Request, procedure: Procedure) -> Refusal | None:
    """Who is there and gets no answer at once is told why (第十三条(三), R004-035)."""
    rule = procedure.acceptance.reason_explained
    if rule is None or request.reason_explained or request.answer is not None or request.channel not in rule.value:
        return None
    return refused("reason_not_explained", rule)


def _rules_of(request: Request, procedure: Procedure) -> tuple[TypeRules, ...]:
    return tuple(procedure.types[each] for each in dict.fromkeys(item.type for item in request.demands))
