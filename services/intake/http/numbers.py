"""Telephone numbers: into the vault as the switch has them, out of it in full for who may dial."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.fact import Word
from contracts.refusal import Refusal
from contracts.telephone import is_number
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.http.parameters import InPath
from kit.http.problems import Problem, granted
from procedures.model import Procedure
from services.intake.http.bodies import Body, Line
from services.intake.http.desk import Centre, FrontDesk, asking
from services.intake.looking import Key, Look
from services.intake.people.rules.disclosing import may_know
from services.intake.people.rules.person import PersonalField, masked

TAG = "来电 Calls"
Switch = Annotated[Principal, Depends(HolderOf(Role.INTEGRATION))]


class NumberBody(Body):
    """A telephone number as the switch has it."""

    number: Annotated[str, Field(min_length=1, max_length=40)]


class NumberView(BaseModel):
    """What everybody else may know of a number."""

    number_ref: str
    number_index: str = Field(description="the same for every spelling; customers are found by it")
    masked: str


class DialBody(Body):
    """Why the number is needed in full: a reason that the procedure allows the role; it is written down."""

    reason: Word = "call_back"
    call: Line | None = Field(default=None, description="the call that is made with it")


class DialView(BaseModel):
    """A number in full, to be dialled now and not kept."""

    number: str
    shown: str = Field(description="the number of ours that the other side sees")


def add_numbers(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /numbers`, `POST /tickets/{ticket}/number`, `POST /missed-calls/{caller}/number`."""
    kept = desk.intake.calls

    @routes.post("/numbers", tags=[TAG], summary="号码入库 Keep a number")
    async def keep(body: NumberBody, who: Switch) -> NumberView:
        """One place for one number, whoever asks and however it is spelt; the answer holds none of it in full."""
        if not is_number(body.number):
            raise Problem(Refusal("not_a_number"), status=422)
        found = await kept.keep(who.utility, body.number, desk.procedure(who.utility, desk.now()).ref)
        shown = masked(PersonalField.CONTACT, body.number)
        return NumberView(number_ref=found.ref, number_index=found.blind, masked=shown)

    @routes.post("/tickets/{ticket}/number", tags=[TAG], summary="回访号码 The number to dial for a ticket")
    async def of_ticket(ticket: InPath, body: DialBody, who: Centre) -> DialView:
        """The customer's own; the look is written down before it is shown."""
        document = await desk.ticket(who, ticket)
        procedure = desk.procedure_of(document.state.procedure)
        key = await _may_dial(desk, who, body, procedure, document.state.customer_ref, document.key)
        customer = await desk.people.customer(document.state.customer_ref, key)
        number = customer.on_file.get(PersonalField.CONTACT) if customer else None
        if number is None:
            raise Problem(Refusal("no_number_on_file"))
        return DialView(number=number, shown=procedure.hotline)

    @routes.post("/missed-calls/{caller}/number", tags=[TAG], summary="回拨号码 The number of a missed caller")
    async def of_caller(caller: InPath, body: DialBody, who: Centre) -> DialView:
        """The number that called in vain; the look is written down before it is shown."""
        found = await kept.missed.get(caller, who.utility)
        if found is None or found.state.number_ref is None:
            raise Problem(Refusal("unknown_missed_call"))
        procedure = desk.procedure_of(found.state.procedure)
        key = await _may_dial(desk, who, body, procedure, found.state.number_ref, None)
        numbers = await kept.opened((found.state.number_ref,), key)
        return DialView(number=numbers[found.state.number_ref], shown=procedure.hotline)


async def _may_dial(
    desk: FrontDesk, who: Principal, body: DialBody, procedure: Procedure, whose: str, ticket: str | None
) -> Key:
    refused = may_know(asking(who, body.reason, None), whose, procedure)
    if refused is not None:
        raise Problem(refused, status=403)
    look = Look("dial", procedure.ref, whose, body.reason, ticket, (PersonalField.CONTACT.value,))
    return granted(await desk.looks.counted(who, look))
