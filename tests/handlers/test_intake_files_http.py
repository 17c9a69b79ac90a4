"""Attachments: checked for what they are, kept once, read by who may see the ticket."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from tests.handlers.intake_desk import A_DAYS_FILES, FrontDesk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


async def test_a_file_is_kept_once_by_what_it_contains(desk: FrontDesk, tmp_path: Path) -> None:
    first = await desk.upload("agent", "/intake/attachments", "王小明身份证.png", PNG, "image/png")
    again = await desk.upload("unit:jinan", "/intake/attachments", "other.png", PNG, "image/png")
    assert first.status_code == 201
    own, others = first.json(), again.json()
    assert own.pop("receipt") != others.pop("receipt")
    assert own == others
    assert first.json()["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert "王小明" not in first.text
    assert len([path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("data", "claimed", "status"),
    [
        (b"MZ\x90\x00 a program", "image/png", 415),
        (b"<html>\x00", "text/plain", 415),
        (b"", "text/plain", 415),
        (b"RIFF0000WAVEfmt ", "audio/wav", 415),
        (PNG + bytes(1000), "image/png", 413),
        ("一段文字".encode(), "image/png", 201),
        (b"%PDF-1.7 ...", "application/octet-stream", 201),
    ],
)
async def test_the_content_decides_not_the_header(desk: FrontDesk, data: bytes, claimed: str, status: int) -> None:
    answer = await desk.upload("agent", "/intake/attachments", "f", data, claimed)
    assert answer.status_code == status, answer.text


async def test_an_enclosed_file_is_read_with_the_ticket(desk: FrontDesk) -> None:
    sha256 = (await desk.upload("agent", "/intake/attachments", "f.png", PNG, "image/png")).json()["sha256"]
    ticket = await desk.ticket(attachments=[sha256])
    await desk.dispatched(ticket)
    path = f"/intake/attachments/{sha256}"
    read = await desk.get("unit:jinan", path, ticket=ticket)
    assert (read.status_code, read.content, read.headers["content-type"]) == (200, PNG, "image/png")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert (await desk.get("unit:jinan", path)).status_code == 404
    assert (await desk.get("unit:qingdao", path, ticket=ticket)).status_code == 404
    assert (await desk.get("supervisor", path)).status_code == 200
    assert (await desk.get("agent", path, utility="telecom")).status_code == 404
    assert (await desk.get("agent", "/intake/attachments/" + "0" * 64)).status_code == 404


def kept(folder: Path) -> list[Path]:
    return [path for path in (folder / "attachments").rglob("*") if path.is_file()]


async def test_an_idempotency_key_stands_for_one_file(desk: FrontDesk) -> None:
    first, again, other = [
        await desk.upload("agent", "/intake/attachments", "f.png", data, "image/png", Idempotency_Key="k1")
        for data in (PNG, PNG, PNG + b"x")
    ]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_uploads_of_one_content_at_once_all_succeed(desk: FrontDesk, tmp_path: Path) -> None:
    sent = [desk.upload("agent", "/intake/attachments", "f.png", PNG, "image/png") for _ in range(10)]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {201}
    assert [path.name for path in kept(tmp_path)] == [hashlib.sha256(PNG).hexdigest()]


async def test_a_torn_file_is_not_handed_out_and_the_next_upload_mends_it(desk: FrontDesk, tmp_path: Path) -> None:
    sha256 = (await desk.upload("agent", "/intake/attachments", "f.png", PNG, "image/png")).json()["sha256"]
    (place,) = kept(tmp_path)
    for torn in (PNG[:50], PNG[:-1] + b"?"):
        place.write_bytes(torn)
        assert (await desk.get("agent", f"/intake/attachments/{sha256}")).status_code == 404
    await desk.upload("agent", "/intake/attachments", "f.png", PNG, "image/png")
    assert (await desk.get("agent", f"/intake/attachments/{sha256}")).content == PNG


async def test_who_has_uploaded_enough_for_today_is_told_when_again(desk: FrontDesk, tmp_path: Path) -> None:
    for number in range(A_DAYS_FILES):
        taken = await desk.upload("agent", "/intake/attachments", "f", b"text %d" % number, "text/plain")
        assert taken.status_code == 201
    spent = await desk.upload("agent", "/intake/attachments", "f", b"one more", "text/plain")
    assert (spent.status_code, spent.json()["code"], spent.headers["retry-after"]) == (429, "allowance_spent", "86401")
    assert len(kept(tmp_path)) == A_DAYS_FILES
    assert (await desk.upload("supervisor", "/intake/attachments", "f", b"one more", "text/plain")).status_code == 201


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc', 422),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--', 422),
        ("multipart/form-data; boundary=b", b"no form at all", 422),
        ("multipart/form-data", b"--b", 415),
        ("application/json", b"{}", 415),
    ],
)
async def test_what_is_no_whole_form_is_refused(
    desk: FrontDesk, tmp_path: Path, content_type: str, body: bytes, status: int
) -> None:
    answer = await desk.raw("agent", "/intake/attachments", body, content_type)
    assert answer.status_code == status, answer.text
    assert kept(tmp_path) == []
