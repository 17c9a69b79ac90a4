"""How work orders are urged, returned, held, extended, called back, escalated and kept confidential."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from contracts.vocabulary import Channel, ExtensionDecider, Role
from procedures.duration import Duration
from procedures.model.clocks import Count, FactName, Level, Share, ShareOrNone
from procedures.model.limits import Limit
from procedures.model.part import Names, Part, Setting, Slug, Some, Sourced, Text, Words
from procedures.model.types import ReplyPart
from procedures.model.when import When

Unbounded = Literal["unlimited"]


class AcceptanceRules(Part):
    """What is asked when a request is accepted.

    `every_request` lists what is asked whatever the type, beside what the type asks for; `reason_explained` the
    channels on which somebody is there to hear why there is no answer at once.
    """

    every_request: Setting[tuple[Slug, ...]] | None = None
    reason_explained: Setting[tuple[Channel, ...]] | None = None


class PhoneNotice(Sourced):
    """What may be passed by phone before the work order, beside the types that must be."""

    when: tuple[When, ...]


class WorkOrderRules(Part):
    """A work order's way between centre, unit and division."""

    phone_notice: PhoneNotice | None = None
    rejection_grounds_required: Setting[StrictBool] | None = None
    every_reply: Setting[tuple[ReplyPart, ...]] | None = None
    every_demand_answered: Setting[StrictBool] | None = None
    private_reply_for: Setting[tuple[Slug, ...]] | None = None


class UrgingRules(Part):
    """Urging (催办): how much of the period must be used, how often, and what comes then."""

    past_share: Setting[ShareOrNone]
    at_most: Setting[Count]
    then: Setting[Literal["supervise", "refuse"]]
    strong_any_time: Setting[StrictBool]


class ReturnRules(Part):
    """Returns (退单); the window is the limit of the clock named `window`."""

    window: Setting[Slug]
    grounds: Setting[Words]
    reason_required: Setting[StrictBool]
    fixed_after_dispatches: Setting[Count] | None = None


class ExtensionRules(Part):
    """Extensions (延期): the first clock is the one asked about, the others do not end before it."""

    clocks: Setting[tuple[Slug, ...]]
    decided_by: Setting[ExtensionDecider]
    platform_order_decided_by: Setting[ExtensionDecider] | None = None
    times: Setting[Count | Unbounded]
    at_most_share_of_original: Setting[Share | Unbounded]
    reason_required: Setting[StrictBool]


class Hold(Sourced):
    """The matter lies with somebody outside; which clocks stand meanwhile is said in the clock table.

    `at_most`: after so long the order goes on by itself.
    """

    names: Names
    at_most: Duration | None = None


class QuietHours(Part):
    """Local hours [begins, ends), possibly over midnight, in which nobody is called."""

    begins: time
    ends: time

    def include(self, local: datetime) -> bool:
        """Whether a local moment is quiet: 21:00:00 is, 08:00:00 is not (design reading 17)."""
        moment = local.time()
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


class Scale(Part):
    """Satisfaction as a number from `worst` to `best`; satisfied from `satisfied_from` on."""

    worst: Annotated[int, Field(ge=0, le=100)] = 1
    best: Annotated[int, Field(ge=1, le=100)] = 5
    satisfied_from: Annotated[int, Field(ge=0, le=100)]


class Answer(Part):
    """One answer to whether the matter is solved; an `unsatisfied` one makes the customer count as not satisfied."""

    names: Names
    unsatisfied: StrictBool = False


class CallbackRules(Part):
    """Calls back (回访); how soon the first one is owed is a limit of the clock that the reply starts.

    Without `satisfaction` no score is asked; without `send_back_grounds` no call sends an order back.
    """

    quiet: Setting[Annotated[tuple[QuietHours, ...], Field(max_length=5)]]
    attempts: Setting[Count]
    spacing: Setting[Duration]
    appointment_overrides_window: Setting[StrictBool] | None = None
    solved: Setting[Mapping[Slug, Answer]]
    satisfaction: Setting[Scale] | None = None
    send_back_grounds: Setting[Words] | None = None
    basis_required: Setting[StrictBool] | None = None


class EscalationRule(Sourced):
    """Who is told when an event brings about a circumstance; with `clocks`, which clock's miss it is about.

    `cause` names it in `ticket.escalated`; `warning` says how grave an early warning it is.
    """

    cause: Slug
    on: FactName | Literal["clock.missed"]
    when: When = When()
    clocks: tuple[Slug, ...] = ()
    to: Level
    warning: Slug | None = None


class KnowledgeRules(Part):
    """Knowledge work; its clocks stand in the clock table. `centre_only` lists categories that no unit writes."""

    limits: tuple[Limit, ...]
    review_every: Setting[Duration]
    two_level_review: Setting[StrictBool]
    notice_skips_review: Setting[StrictBool]
    channels: Setting[tuple[Slug, ...]]
    centre_only: Setting[Words] | None = None


class Confidentiality(Part):
    """The fields nobody publishes."""

    protected_fields: Setting[tuple[Slug, ...]]


class PersonalDataAccess(Sourced):
    """A role that may see who called, and for which reasons."""

    role: Role
    reasons: tuple[Slug, ...] = Field(min_length=1)


class MatterRules(Part):
    """When two requests are about the same matter, and how much of what is said must be new to be a supplement."""

    compare: Setting[tuple[Literal["type", "subtype", "area", "text"], ...]]
    likeness: Setting[Share]
    new_share: Setting[Share]
    window: Setting[Duration]


class Script(Sourced):
    """Words an agent reads to the customer."""

    id: Slug
    names: Names
    text: Text


class AreaClass(Part):
    """A class of areas that limits may ask for: town and country."""

    names: Names
    areas: Some[str]
