"""What the API shows of contacts, tickets and customers, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, Field

from contracts.fact import Fact, Open
from contracts.ticket import Attachment
from contracts.vocabulary import Channel, Closure, LinkKind, Stage
from kit.store.port import Document
from procedures.model import Procedure, Script
from procedures.wording import field_text
from services.intake.requests.rules.contact import Contact, Placed, Words
from services.intake.rules.explaining import explain
from services.intake.rules.table import accepted_now
from services.intake.rules.ticket import Ticket
from services.intake.rules.urging import period
from texts import Language, label


class ScriptView(BaseModel):
    """Words to read to the customer."""

    id: str
    name: str
    text: str
    clause: str


class PlacedView(BaseModel):
    """What became of some of the demands."""

    ticket: str
    number: str
    kind: str = Field(description="`opened`, or `repeat` when it was put to a ticket that is open already")
    type: str
    type_name: str
    subtype: str | None = None
    grade: int | None = None
    unit: str | None = Field(default=None, description="proposed, or where it was dispatched")
    unit_name: str | None = None
    matter: str | None = None
    items: tuple[int, ...] = Field(description="places of the demands in the request, from 0")
    said: tuple[str, ...]
    message: str = Field(description="what to tell the customer")
    scripts: tuple[ScriptView, ...] = Field(default=(), description="precautions and self-help for this kind")


class AcceptedView(BaseModel):
    """A contact and its tickets."""

    contact: str
    customer: str
    tickets: tuple[PlacedView, ...]


class PeriodView(BaseModel):
    """The limit that urging is judged by."""

    clock: str
    due: AwareDatetime


class LinkView(BaseModel):
    """Another ticket this one points at."""

    other: str
    kind: LinkKind


class WordsView(BaseModel):
    """What was said in one contact."""

    contact: str
    kind: str
    at: AwareDatetime
    subject: str | None = None
    text: str | None = None
    situation: str | None = None
    address: str | None = None
    items: tuple[str | None, ...] = ()
    answer: str | None = None


class TicketView(BaseModel):
    """A ticket as intake knows it; the work order itself is routing's."""

    id: str
    number: str
    type: str
    type_name: str
    subtype: str | None = None
    grade: int | None = None
    area: str | None = None
    channel: Channel
    stage: Stage
    closure: Open[Closure] | None = None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    first_owner: str
    customer: str | None = Field(default=None, description="absent where the caller is hidden from the reader")
    unit: str | None = None
    division: str | None = None
    proposed_unit: str | None = None
    matter: str | None = None
    gov_order: str | None = None
    complaints: int = Field(description="how often this customer complained of the matter")
    urges: int
    supervised: bool
    period: PeriodView | None = None
    links: tuple[LinkView, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    words: tuple[WordsView, ...] | None = Field(default=None, description="what the customer said, when asked for one")
    accepts: tuple[str, ...] = Field(default=(), description="the steps that would be heard now")


class StepView(BaseModel):
    """What a step came to."""

    ticket: TicketView
    said: tuple[str, ...]
    message: str = Field(description="what to tell the customer")


class CustomerView(BaseModel):
    """What is on file of a customer; masked unless a role may know it for a reason."""

    ref: str
    masked: bool
    name: str | None = None
    contact: str | None = None
    id_number: str | None = None
    address: str | None = None
    employer: str | None = None
    ip: str | None = None


class PanelView(BaseModel):
    """A customer who may be calling: file and service history."""

    customer: CustomerView
    tickets: tuple[TicketView, ...]


class ScreenView(BaseModel):
    """Everybody known under the calling number."""

    customers: tuple[PanelView, ...]


class VerificationView(BaseModel):
    """Whether the caller is who they say; nothing of the file is shown."""

    verified: bool
    at_least: int
    clause: str


class AuditView(BaseModel):
    """One look at a customer's data."""

    at: AwareDatetime
    who: str
    role: str
    what: str
    customer: str | None = None
    reason: str | None = None
    ticket: str | None = None
    fields: tuple[str, ...] = ()
    number: str | None = Field(
        default=None, description="index of the number that was looked up, the same for the same"
    )
    file: str | None = Field(default=None, description="hash of the file that was read")


class FieldView(BaseModel):
    """A field to fill in."""

    id: str
    name: str


class FormView(BaseModel):
    """What a business type asks for, and what is read out on it."""

    type: str
    type_name: str
    required: tuple[FieldView, ...]
    clause: str
    identity: tuple[FieldView, ...] = ()
    identity_at_least: int | None = None
    subtypes: tuple[FieldView, ...] = ()
    scripts: tuple[ScriptView, ...] = ()


def placed_view(placed: Placed, procedure: Procedure, language: Language) -> PlacedView:
    """One result of a request."""
    unit = procedure.unit(placed.unit) if placed.unit else None
    shared = {name: getattr(placed, name) for name in PlacedView.model_fields if name in Placed.model_fields}
    return PlacedView(
        **shared,
        type_name=procedure.name_of("type", placed.type).of(language),
        unit_name=unit.names.of(language) if unit else None,
        message=placed.explanation.text(language),
        scripts=scripts_of(placed.type, placed.subtype, procedure, language),
    )


def ticket_view(
    document: Document[Ticket], procedure: Procedure, language: Language, *, hide_caller: bool = False
) -> TicketView:
    """A ticket without its words."""
    ticket = document.state
    shared = {name: getattr(ticket, name) for name in TicketView.model_fields if name in _SAME}
    running = period(ticket)
    return TicketView(
        **shared,
        id=document.key,
        type_name=procedure.name_of("type", ticket.type).of(language),
        customer=None if hide_caller else ticket.customer_ref,
        period=PeriodView(clock=running[0], due=running[1].due) if running else None,
        links=tuple(LinkView(other=link.other, kind=link.kind) for link in ticket.links),
        accepts=accepted_now(ticket, procedure),
    )


_SAME = frozenset(Ticket.model_fields) - {"links", "words"}


def step_view(
    document: Document[Ticket], said: Sequence[Fact], procedure: Procedure, language: Language, at: AwareDatetime
) -> StepView:
    """A ticket after a step, with the words for the customer."""
    return StepView(
        ticket=ticket_view(document, procedure, language),
        said=tuple(fact.short_type() for fact in said),
        message=explain(document.state, said, at, procedure).text(language),
    )


def words_view(document: Document[Contact], words: Words) -> WordsView:
    """The words of one contact."""
    said = words.model_dump()
    return WordsView(contact=document.key, kind=document.state.kind, at=document.state.at, **said)


def apart(view: WordsView, contact: Contact, own: tuple[int, ...]) -> WordsView:
    """The words of one of several tickets of a contact in which somebody was accused: its `own` demands' alone.

    On the ticket of a repair the unit sees who called, and would read there what the same caller said of it
    (第十三条(四), R004-040).
    """
    request = contact.request
    if request is None or request.accused is None or len(own) == len(request.demands):
        return view
    items = tuple(said for place, said in enumerate(view.items) if place in own)
    return view.model_copy(update={"subject": None, "text": None, "items": items})


def scripts_of(
    ticket_type: str, subtype: str | None, procedure: Procedure, language: Language
) -> tuple[ScriptView, ...]:
    """The precautions of the type, and self-help for the subtype."""
    rules = procedure.types[ticket_type]
    named = [rules.precautions.value] if rules.precautions else []
    named += procedure.guidance(ticket_type, subtype)
    found = (procedure.script(name) for name in named)
    return tuple(_script(script, language) for script in found if script is not None)


def _script(script: Script, language: Language) -> ScriptView:
    return ScriptView(id=script.id, name=script.names.of(language), text=script.text.of(language), clause=script.source)


def form_view(ticket_type: str, procedure: Procedure, language: Language) -> FormView:
    """What to ask for a type."""
    rules, every = procedure.types[ticket_type], procedure.acceptance.every_request
    asked = dict.fromkeys((*rules.required.value, *(every.value if every else ())))
    return FormView(
        type=ticket_type,
        type_name=rules.names.of(language),
        required=tuple(FieldView(id=field, name=field_text(field, procedure, language)) for field in asked),
        clause=rules.required.source,
        identity=tuple(FieldView(id=item, name=label(item, language)) for item in rules.identity_items),
        identity_at_least=rules.identity.at_least if rules.identity else None,
        subtypes=tuple(FieldView(id=name, name=names.of(language)) for name, names in rules.subtypes.items()),
        scripts=scripts_of(ticket_type, None, procedure, language),
    )
