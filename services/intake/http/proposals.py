"""What the words of a request suggest to the clerk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.http.language import LanguageAsked
from kit.http.problems import Problem
from services.intake.http.bodies import Body, Words
from services.intake.http.desk import FrontDesk
from services.intake.requests.proposals import propose, word_lists

TAG = "受理 Requests"
FrontOffice = Annotated[Principal, Depends(HolderOf(Role.AGENT, Role.SUPERVISOR, Role.INTEGRATION))]


class WordsBody(Body):
    """The words of a request, as far as they are typed."""

    subject: str = Field(default="", max_length=200)
    text: Words


class ProposalView(BaseModel):
    """A proposal, with the words that led to it; `unit` is absent when no known place is named."""

    type: str
    type_name: str
    subtype: str | None = None
    area: str | None = None
    unit: str | None = None
    because: tuple[str, ...] = ()


def add_proposals(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /proposals`."""

    @routes.post(
        "/proposals",
        tags=[TAG],
        response_model_exclude_none=True,
        summary="推荐类型与单位 Type and unit from words",
    )
    async def proposal(body: WordsBody, who: FrontOffice, language: LanguageAsked) -> ProposalView:
        """Nothing is kept; the clerk decides."""
        lists = word_lists(who.utility)
        if lists is None:
            raise Problem(Refusal("unknown_words", params={"utility": who.utility}))
        procedure = desk.procedure(who.utility, desk.now())
        found = propose(lists, body.subject, body.text, procedure)
        return ProposalView(**found._asdict(), type_name=procedure.name_of("type", found.type).of(language))
