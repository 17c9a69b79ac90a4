"""What an answer may give away or lead to: no redirect that a stranger chose, no script from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.handlers.intake_desk import FrontDesk


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    return FrontDesk(tmp_path)._client


@pytest.mark.parametrize("path", ["/intake/tickets/", "/docs/", "//evil.example/", "/intake//tickets/"])
async def test_nobody_is_sent_to_where_the_host_header_says(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL(f"http://hotline{path}"), headers={"Host": "evil.example"})
    assert answer.status_code in (401, 404)
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/intake/tickets", "/nowhere", "/docs", "/openapi.json"])
async def test_no_answer_is_kept_on_the_way_or_taken_for_something_else(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_pages_of_the_api_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for path in loaded:
        assert "//" not in path
        assert (await client.get(f"/{path}")).status_code == 200
    assert (await client.get("/redoc")).status_code == 404
