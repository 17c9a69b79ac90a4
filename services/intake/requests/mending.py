"""What a crash left half done is finished by the tick; what cannot be finished waits, and holds up nothing else."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from kit.bus.reader import each_apart
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.port import Document, S
from services.intake.matters.clusters import tell_members
from services.intake.matters.rules.matter import Matter
from services.intake.requests.accepting import finish
from services.intake.requests.intake import Intake
from services.intake.requests.rules.contact import Contact

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=10)
"""When what could not be finished is tried again."""


async def mend(intake: Intake, limit: int = 100) -> int:
    """Finish contacts and matters that are due; returns how many there were. Raises StoreAway."""
    contacts = await _mend(intake.contacts, partial(_finish, intake), limit)
    return contacts + await _mend(intake.matters, partial(_tell, intake), limit)


async def _mend(shell: Shell[S], finish_one: Callable[[Document[S]], Awaitable[object]], limit: int) -> int:
    due = await shell.store.due(shell.clock.now(), limit)
    for document in (await shell.store.load(due)).values():
        await each_apart([document], partial(_one, finish_one), partial(_later, shell))
    return len(due)


async def _one(finish_one: Callable[[Document[S]], Awaitable[object]], documents: Sequence[Document[S]]) -> None:
    for document in documents:
        await finish_one(document)


async def _finish(intake: Intake, document: Document[Contact]) -> None:
    await finish(intake, document)


async def _tell(intake: Intake, document: Document[Matter]) -> None:
    cause = Cause(f"mend/{document.key}/{document.version}")
    await tell_members(intake, document.utility, document.key, cause)


async def _later(shell: Shell[S], document: Document[S], error: Exception) -> None:
    log.error("mend.failed", kind=shell.decider.collection.name, key=document.key, exc_info=error)
    wake_at = shell.clock.now() + AGAIN_AFTER
    done = await shell.do(
        document.key,
        lambda state, _: (state.model_copy(update={"wake_at": wake_at}), ()),  # type: ignore[union-attr]
        utility=document.utility,
        cause=Cause(f"mend/{document.key}/{document.version}"),
    )
    assert isinstance(done, Done), done
