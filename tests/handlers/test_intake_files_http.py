"""Attachments: checked for what they are, kept once, read by who may see the ticket."""

import hashlib
from pathlib import Path

import pytest

from tests.handlers.intake_desk import FrontDesk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


async def test_a_file_is_kept_once_by_what_it_contains(desk: FrontDesk, tmp_path: Path) -> None:
    first = await desk.upload("agent", "/intake/attachments", "王小明身份证.png", PNG, "image/png")
    again = await desk.upload("unit:jinan", "/intake/attachments", "other.png", PNG, "image/png")
    assert first.status_code == 201
    assert first.json() == again.json()
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
