"""Every command there is on an article and on a notice, with its rule and whose it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from contracts.refusal import Outcome
from contracts.vocabulary import Role
from procedures.model import Procedure
from services.knowledge.rules import articles, commands, notices
from services.knowledge.rules.commands import Command
from services.knowledge.rules.state import Article, Notice

S = TypeVar("S")

CENTRE = (Role.KNOWLEDGE, Role.SUPERVISOR)
AUTHORS = (Role.KNOWLEDGE, Role.DIVISION, Role.UNIT)
REPORTERS = (Role.UNIT, Role.DIVISION, Role.AGENT, Role.KNOWLEDGE, Role.SUPERVISOR)
"""A unit reports by its own token, or by phone, and then the agent who took the call writes it down (R004-149)."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[S]):
    """A command's model, its rule and the roles whose it is; the rule holds units and divisions to their scope."""

    model: type[Command]
    rule: Callable[[S | None, Any, Procedure], Outcome[S]]
    roles: tuple[Role, ...]


ARTICLES: Mapping[str, Entry[Article]] = MappingProxyType(
    {
        "draft": Entry(commands.SaveDraft, articles.save_draft, AUTHORS),
        "submit": Entry(commands.Submit, articles.submit, AUTHORS),
        "approve": Entry(commands.Approve, articles.approve, (*CENTRE, Role.DIVISION)),
        "reject": Entry(commands.Reject, articles.reject, (*CENTRE, Role.DIVISION)),
        "publish": Entry(commands.Publish, articles.publish, CENTRE),
        "expire": Entry(commands.Expire, articles.expire, CENTRE),
        "confirm": Entry(commands.ConfirmReview, articles.confirm_review, (*CENTRE, Role.DIVISION)),
        "feedback": Entry(
            commands.GiveFeedback, articles.give_feedback, (Role.AGENT, *AUTHORS, Role.SUPERVISOR, Role.INTEGRATION)
        ),
    }
)

NOTICES: Mapping[str, Entry[Notice]] = MappingProxyType(
    {
        "publish": Entry(commands.PublishNotice, notices.publish_notice, REPORTERS),
        "lift": Entry(commands.LiftNotice, notices.lift_notice, REPORTERS),
    }
)
