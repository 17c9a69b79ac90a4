"""The rest of the hotline over its API: intake's vault for numbers, callback for whether a call may be made now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from contracts.refusal import Refusal
from kit.http.problems import Problem


class IntakeAway(Exception):
    """Intake cannot be reached now: what was asked of it is refused or tried later, and holds up nothing else."""


class Number(NamedTuple):
    """A number in full, to be dialled and not kept, and the number of ours to show."""

    number: str
    shown: str


@dataclass(frozen=True, slots=True)
class Intake:
    """`token` is telephony's own, of a connected system; what people ask for is asked with theirs."""

    client: httpx.AsyncClient
    url: str
    token: Callable[[], str] | None = None

    async def keep(self, number: str) -> str:
        """Put a number into the vault; its reference there. Raises IntakeAway."""
        if self.token is None:
            raise IntakeAway("no token: set HOTLINE_TELEPHONY__TOKEN")
        answer = await self._post("/intake/numbers", {"number": number}, f"Bearer {self.token()}")
        if answer.status_code >= 400:
            raise IntakeAway(f"intake takes no number: {answer.status_code}")
        return str(answer.json()["number_ref"])

    async def may_call_back(self, ticket: str, call: str, authorization: str) -> None:
        """Ask the callback desk, in the name of whoever dials, before anything rings: quiet hours, spacing, an agreed
        time; it then knows the call. Raises Problem with its refusal, IntakeAway.
        """
        answer = await self._post(f"/callback/tickets/{ticket}/dial", {"call": call}, authorization)
        if answer.status_code >= 400:
            raise Problem(_refusal(answer.json(), "call_back_refused"), status=answer.status_code)

    async def to_dial(self, path: str, call: str, authorization: str) -> Number:
        """The number of a ticket or of a missed caller, asked for in the name of whoever dials.

        Raises Problem with intake's own refusal, IntakeAway.
        """
        answer = await self._post(f"/intake/{path}/number", {"reason": "call_back", "call": call}, authorization)
        if answer.status_code >= 400:
            raise Problem(_refusal(answer.json(), "number_refused"), status=answer.status_code)
        found = answer.json()
        return Number(str(found["number"]), str(found["shown"]))

    async def _post(self, path: str, body: dict[str, Any], authorization: str) -> httpx.Response:
        try:
            answer = await self.client.post(self.url + path, json=body, headers={"Authorization": authorization})
        except httpx.HTTPError as error:
            raise IntakeAway(f"intake: {error!r}") from error
        if answer.status_code >= 500:
            raise IntakeAway(f"intake: {answer.status_code}")
        return answer


def _refusal(problem: Any, code: str) -> Refusal:
    """The other service's own refusal by its code and words, and what it would accept."""
    found = problem if isinstance(problem, dict) else {}
    accepts = tuple(str(each) for each in found.get("accepts", ()))
    told = {"code": str(found.get("code", "?"))[:64], "detail": str(found.get("detail", ""))[:500]}
    return Refusal(code, params=told, accepts=accepts)
