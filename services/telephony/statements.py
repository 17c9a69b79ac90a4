"""Hands what the switch said to the shells, in the form of events that stay inside."""

from collections.abc import Sequence

from contracts.envelope import Event
from kit.decide.shell import Shell
from services.telephony.rules.agent import Agent, MemberSeen
from services.telephony.rules.call import Call
from services.telephony.rules.heard import Heard
from services.telephony.rules.keys import agent_key, call_key

_MOST_OF_ONE = 5_000
"""Statements about one call or station; then the numbers begin anew under another source."""

_MOST_SUBJECTS = 20_000


class Statements:
    """Numbers the statements about each call and station, one up and without a gap, as whoever drops repeats expects.

    `source` is new with every connection, so that nothing said is taken for old. The ids follow from what was said:
    heard again, the same facts come out under the same ids.
    """

    def __init__(self, calls: Shell[Call], agents: Shell[Agent], utility: str, source: str) -> None:
        self._calls = calls
        self._agents = agents
        self._utility = utility
        self._source = source
        self._generation = 0
        self._sequences: dict[str, int] = {}

    async def hear(self, facts: Sequence[Heard | MemberSeen]) -> None:
        """Take them in, those of each call and station in order, in one save of each kind."""
        calls = [self._of_call(fact) for fact in facts if isinstance(fact, Heard)]
        if calls:
            await self._calls.hear(calls)
        members = [self._of_member(fact) for fact in facts if isinstance(fact, MemberSeen)]
        if members:
            await self._agents.hear(members)

    def _of_call(self, fact: Heard) -> Event:
        leg = fact.leg.id if fact.leg is not None else ""
        cause = f"{fact.linked}/{type(fact).__name__}/{leg}/{fact.at.isoformat()}"
        return self._event(cause, call_key(self._utility, fact.linked), fact)

    def _of_member(self, fact: MemberSeen) -> Event:
        cause = f"{fact.station}/{fact.queue}/{fact.status}/{fact.paused}/{fact.at.isoformat()}"
        return self._event(cause, agent_key(self._utility, fact.station), fact)

    def _event(self, cause: str, subject: str, fact: Heard | MemberSeen) -> Event:
        sequence = self._sequences.get(subject, 0) + 1
        if sequence > _MOST_OF_ONE or len(self._sequences) > _MOST_SUBJECTS:
            self._generation, self._sequences, sequence = self._generation + 1, {}, 1
        self._sequences[subject] = sequence
        return Event(cause, f"{self._source}/{self._generation}", subject, sequence, self._utility, fact)
