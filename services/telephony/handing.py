"""Numbers go to intake's vault beside everything else: an intake that is slow or away holds up no call."""

import asyncio
from dataclasses import dataclass

import structlog

from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.store.port import Equal, Query, StoreAway
from services.telephony.intake import Intake, IntakeAway
from services.telephony.people import Numbers
from services.telephony.rules.pending import Pending, handed_over

log = structlog.get_logger(__name__)

_EVERY = 1.0
_AFTER_A_FAILURE = 10.0
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class HandOver:
    """Runs as long as the service; handed over twice, a number is kept once."""

    pending: Shell[Pending]
    intake: Intake
    numbers: Numbers
    utility: str

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            pause = _EVERY
            try:
                await self.all_there_are()
            except (IntakeAway, StoreAway) as error:
                log.warning("number.waits", reason=str(error))
                pause = _AFTER_A_FAILURE
            await asyncio.sleep(pause)

    async def all_there_are(self) -> None:
        """Raises IntakeAway, StoreAway; what was handed over by then stays handed over."""
        found = await self.pending.store.find(Query(self.utility, (Equal("waits", value=True),), limit=_AT_ONCE))
        for document in found:
            assert document.state.sealed is not None
            await self.intake.keep(self.numbers.opened(document.key, document.state.sealed))
            cause = Cause(f"handed/{document.key}")
            await self.pending.do(document.key, handed_over, utility=self.utility, cause=cause)
