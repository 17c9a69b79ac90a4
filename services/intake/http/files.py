"""Uploads and downloads of what is enclosed to requests, supplements and replies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from contracts.fact import Line
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from contracts.vocabulary import Role
from kit.auth.principal import Authenticated
from kit.auth.scope import Principal
from kit.http.app import problem
from kit.http.commands import JSON, CommandBy, CommandRequest
from kit.http.parameters import InPath
from kit.http.problems import problem_response
from kit.http.uploads import BODY, file_of
from services.intake.files.attachments import Upload, Uploading
from services.intake.http.desk import FrontDesk
from services.intake.looking import Look

TAG = "附件 Attachments"
_STATUS = {"attachment_too_large": 413, "attachment_type_not_taken": 415}

ByUploader = Annotated[
    CommandRequest,
    Depends(
        CommandBy(
            Role.AGENT,
            Role.SUPERVISOR,
            Role.UNIT,
            Role.DIVISION,
            Role.KNOWLEDGE,
            Role.INTEGRATION,
            streamed=True,
        ),
    ),
]


class UploadView(Attachment):
    """What was kept; requests and supplements name it by hash, a reply encloses the whole."""

    receipt: str = Field(description="signed; counts for who uploaded it and for their units")


def add_files(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /attachments`, `GET /attachments/{sha256}`."""

    @routes.post(
        "/attachments",
        tags=[TAG],
        status_code=201,
        response_model=UploadView,
        summary="上传附件 Upload a file",
        openapi_extra=BODY,
    )
    async def upload(request: Request, command: ByUploader) -> Response:
        """Checked for its size and for what its content says it is; the same content is kept once.

        What comes back is what requests, supplements and replies enclose. The file's name is not kept.
        """
        utility, at = command.who.utility, desk.now()
        asked = Uploading(utility, desk.procedure(utility, at).ref, command.by, at, command.key)
        kept = await desk.attachments.upload(asked, file_of(request, desk.attachments.bounds.most))
        if isinstance(kept, Refusal):
            return problem_response(
                kept, language=command.language, instance=command.path, status=_STATUS.get(kept.code)
            )
        receipt = desk.receipts.given(utility, kept, command.who.subject, command.who.units)
        return Response(UploadView(**dict(kept), receipt=receipt).model_dump_json(), 201, media_type=JSON)

    @routes.get("/attachments/{sha256}", tags=[TAG], response_class=Response, summary="下载附件 Download a file")
    async def download(
        sha256: InPath,
        who: Authenticated,
        request: Request,
        ticket: Annotated[Line | None, Query(description="needed by units and divisions: one of theirs")] = None,
    ) -> Response:
        """The centre, who uploaded it, and whoever may see a ticket that encloses it."""
        record = await desk.attachments.record(who.utility, sha256)
        if record is None or not await _may_read(desk, who, record.state, ticket):
            return problem(request, Refusal("unknown_file"))
        attachment = record.state.attachment
        await desk.looks.written(who, Look("file", record.state.procedure, ticket=ticket, file=sha256))
        data = await desk.attachments.content(who.utility, attachment)
        if data is None:
            return problem(request, Refusal("unknown_file"))
        headers = {
            "Content-Disposition": f'attachment; filename="{attachment.name}"',
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{sha256}"',
            "Cache-Control": "private, immutable",
            "Content-Length": str(attachment.size),
        }
        return StreamingResponse(data, 200, headers, attachment.media_type)


async def _may_read(desk: FrontDesk, who: Principal, upload: Upload, ticket: str | None) -> bool:
    if who.has(Role.AGENT, Role.SUPERVISOR) or upload.is_of(who.subject):
        return True
    if ticket is None:
        return False
    document = await desk.ticket(who, ticket)
    return any(each.sha256 == upload.attachment.sha256 for each in document.state.attachments)
