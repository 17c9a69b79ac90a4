"""What the endpoints stand on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends

from contracts.refusal import Refusal
from contracts.vocabulary import CENTRE, Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.decide.shell import Shell
from kit.http.problems import Problem
from kit.store.port import Document
from services.telephony.broadcast import Broadcast
from services.telephony.commands import Commands
from services.telephony.line import Line
from services.telephony.measuring import Measuring
from services.telephony.rules.call import Call
from services.telephony.rules.look import Look

TAG = "电话 Telephony"

Centre = Annotated[Principal, Depends(HolderOf(*CENTRE, Role.INTEGRATION))]


@dataclass(frozen=True, slots=True)
class TelephonyDesk:
    """All parts of telephony behind its API."""

    calls: Shell[Call]
    looks: Shell[Look]
    measuring: Measuring
    broadcast: Broadcast
    commands: Commands
    line: Line | None
    recordings: Path | None

    async def call(self, key: str, who: Principal) -> Document[Call]:
        """The call; raises Problem 404."""
        document = await self.calls.get(key, who.utility)
        if document is None:
            raise Problem(Refusal("unknown_call"))
        return document
