"""What customers are told in set words, and matters that are somebody else's: forwarded, and the customer told so."""

from collections.abc import Mapping

from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketForwarded, TicketTold
from contracts.vocabulary import Channel, Closure, Stage
from procedures.model import Procedure
from procedures.model.beyond import Template, TemplatePlace, places_of
from procedures.wording import local_text
from services.routing.rules.closing import closed
from services.routing.rules.commands import Forward, Tell
from services.routing.rules.state import WorkOrder
from texts import Labels, Language

_LONGEST = 4000
"""Characters of what a fact may carry in words."""

_NOT_SENT = (Stage.ACCEPTED, Stage.RETURNED)


def forward(order: WorkOrder, command: Forward, procedure: Procedure) -> Outcome[WorkOrder]:
    """The matter is somebody else's. Refused for a destination that the procedure does not know, and the second time.

    The order waits for the customer to be told, on the channel by which the request came.
    """
    known = procedure.forwarding
    if command.destination not in known:
        loop = procedure.clauses.loop
        return refused("order_destination_unknown", loop, accepts=known, destination=command.destination)
    basis = known[command.destination]
    if order.forwarded_to is not None:
        return refused("order_forwarded", basis, accepts=("tell",))
    sent = TicketForwarded(
        at=command.at, by=command.by, destination=command.destination, channel=order.channel, reason=command.reason
    )
    return order.but(forwarded_to=command.destination), (sent,)


def may_be_forwarded(order: WorkOrder, _: Procedure) -> bool:
    """Whether it has not been."""
    return order.forwarded_to is None


def tell(order: WorkOrder, command: Tell, procedure: Procedure) -> Outcome[WorkOrder]:
    """The customer is told in the words of a template, on the channel of the request unless another was asked for.

    Refused for an unknown template, for one that is not for this order as it stands, and while a place of it is empty.
    """
    template = procedure.templates.get(command.template)
    if template is None:
        loop = procedure.clauses.loop
        return refused("order_template_unknown", loop, accepts=procedure.templates, template=command.template)
    if not _is_for(order, template, procedure):
        fitting = (name for name, each in procedure.templates.items() if _is_for(order, each, procedure))
        return refused("order_template_not_for_this", template, accepts=fitting, template=template.names)
    said = _filled(order, template, command.language, procedure)
    if isinstance(said, Refusal):
        return said
    channel = command.channel or order.channel or Channel.PHONE
    told = TicketTold(at=command.at, by=command.by, template=command.template, channel=Channel(channel), text=said)
    if template.ends is None:
        return order, (told,)
    done, facts = closed(order, Closure(template.ends), command.at, command.by)
    return done, (told, *facts)


def may_be_told(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether some template is for the order as it stands."""
    return any(_is_for(order, each, procedure) for each in procedure.templates.values())


def _is_for(order: WorkOrder, template: Template, procedure: Procedure) -> bool:
    """A template that ends an order has its time: the result after the last review, the other two before a dispatch."""
    if not any(procedure.is_so(template.when, of) for of in order.circumstances(procedure)):
        return False
    match template.ends:
        case "answered":
            return order.stage is Stage.CALLBACK
        case "forwarded":
            return order.stage in _NOT_SENT and order.forwarded_to is not None
        case "out_of_scope":
            return order.stage in _NOT_SENT
        case _:
            return True


def _filled(order: WorkOrder, template: Template, language: Language, procedure: Procedure) -> str | Refusal:
    known = _places(order, language, procedure)
    text = template.text.of(language)
    missing = tuple(name for name in places_of(text) if not known.get(name))
    if missing:
        named = Labels(
            procedure.fields[name].names if name in procedure.fields else TemplatePlace(name) for name in missing
        )
        return refused("order_template_place_empty", template, accepts=missing, missing=named)
    said = text.format_map(known)
    return said if len(said) <= _LONGEST else refused("order_template_too_long", template, most=_LONGEST)


def _places(order: WorkOrder, language: Language, procedure: Procedure) -> Mapping[str, str | None]:
    """What a template may say of an order; the result only once it has passed its last review."""
    zone = procedure.calendar.zone
    outside = procedure.forwarding.get(order.forwarded_to) if order.forwarded_to else None
    return {
        **order.fields,
        **(order.reply if order.stage is Stage.CALLBACK else {}),
        "number": order.number,
        "type": procedure.name_of("type", order.ticket_type).of(language),
        "hotline": procedure.hotline,
        "organisation": procedure.names.of(language),
        "unit": procedure.name_of("place", order.unit).of(language) if order.unit else None,
        "opened_at": local_text(order.opened_at, zone),
        "due": local_text(order.due, zone) if order.due else None,
        "replied_at": local_text(order.replied_at, zone) if order.replied_at else None,
        "progress": procedure.name_of("progress", order.progress).of(language) if order.progress else None,
        "forwarded_to": outside.names.of(language) if outside else None,
        "forwarded_contact": outside.contact if outside else None,
    }
