"""Recordings by their call, for a role and a reason; who listens is written down first, and no path is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query
from starlette.responses import FileResponse, Response

from contracts.ids import derived_id
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.decide.fold import Cause
from kit.decide.shell import Done
from kit.http.parameters import InPath
from kit.http.problems import Problem
from procedures.model import Procedure
from services.telephony.http.desk import TAG, TelephonyDesk
from services.telephony.rules.call import Call
from services.telephony.rules.look import Look

LISTENERS = (Role.AGENT, Role.SUPERVISOR)
Listener = Annotated[Principal, Depends(HolderOf(*LISTENERS))]
Reason = Annotated[str, Query(min_length=1, max_length=64, description="one that the procedure allows the role")]


def add_recordings(routes: APIRouter, desk: TelephonyDesk) -> None:
    """`GET /recordings/{call}`."""

    @routes.get("/recordings/{call}", tags=[TAG], response_class=Response, summary="通话录音 A recording")
    async def recording(call: InPath, reason: Reason, who: Listener) -> Response:
        document = await desk.call(call, who)
        procedure: Procedure = desk.calls.procedure_of(document.state.procedure)
        allowed = {each for rule in procedure.personal_data if who.has(rule.role) for each in rule.reasons}
        if reason not in allowed:
            refusal = Refusal("reason_not_allowed", accepts=tuple(sorted(allowed)), params={"reason": reason})
            raise Problem(refusal, status=403)
        file = _file(desk.recordings, _kept(document.state, procedure, desk.calls.clock.now()))
        look = Look(
            procedure=procedure.ref,
            at=desk.calls.clock.now(),
            who=who.subject,
            role=who.actor(*LISTENERS).role,
            call=document.key,
            reason=reason,
        )
        await _write_down(desk, who.utility, look)
        return FileResponse(file, media_type="audio/wav", filename=f"{document.key}.wav")


async def _write_down(desk: TelephonyDesk, utility: str, look: Look) -> None:
    key = derived_id("adt", look.at, str(uuid4()))
    done = await desk.looks.do(key, lambda _, __: (look, ()), utility=utility, cause=Cause(key), creates=look.procedure)
    assert isinstance(done, Done), done


def _kept(call: Call, procedure: Procedure, now: datetime) -> Call:
    """Raises Problem 404 once the procedure keeps recordings no longer."""
    rules = procedure.telephony
    kept = rules.recordings_kept if rules is not None else None
    if kept is not None and now > procedure.calendar.add(call.first_at, kept.value):
        raise Problem(Refusal("recording_not_kept", kept.source, kept.rule), status=404)
    return call


def _file(folder: Path | None, call: Call) -> Path:
    """Found by its name alone, wherever under the folder the switch has put it; raises Problem 404."""
    if folder is None or call.file is None or not call.is_over or set(call.file) & set("/\\*?[]"):
        raise Problem(Refusal("unknown_recording"))
    root = folder.resolve()
    found = next((each for each in root.rglob(call.file) if each.resolve().is_relative_to(root)), None)
    if found is None:
        raise Problem(Refusal("unknown_recording"))
    return found
