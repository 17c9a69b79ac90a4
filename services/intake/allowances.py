"""Allowances shared by all replicas: a document for each person, system or customer and each thing they may use up."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from contracts.refusal import Refusal
from kit.decide.fold import Cause
from kit.decide.shell import Done, Idempotency, Shell
from kit.telemetry.metrics import ALLOWANCES_SPENT
from services.intake.rules.allowance import Allowance, Limit, spend


@dataclass(frozen=True, slots=True)
class Use:
    """What is about to be used, by whom or on whom, and how much of it there is."""

    kind: str
    whose: str
    limit: Limit
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Allowances:
    """All of one installation."""

    shell: Shell[Allowance]

    async def spend(
        self,
        utility: str,
        use: Use,
        at: datetime,
        procedure: str,
        idempotency: Idempotency[Allowance] | None = None,
    ) -> Done[Allowance] | Refusal:
        """Use it, once for an idempotent command; the refusal says when there will be some again."""
        key = _key(utility, use)
        done = await self.shell.do(
            key,
            lambda state, _: spend(state, use.amount, at, use.limit, procedure),
            utility=utility,
            cause=Cause(key),
            creates=procedure,
            idempotency=idempotency,
        )
        if isinstance(done, Refusal) and done.code == "allowance_spent":
            ALLOWANCES_SPENT.labels(use.kind).inc()
        return done


def _key(utility: str, use: Use) -> str:
    """Short whatever the subject's name, and telling nobody's."""
    whose = hashlib.blake2b(f"{utility}/{use.kind}/{use.whose}".encode(), digest_size=16).hexdigest()
    return f"alw_{whose}"
