"""Everybody who has a token, and those who have none, before all services at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from kit.auth.issuer import BuiltInIssuer, SeededUser, seeded_user
from tests.security.whole import whole_app

UTILITY = "kunlun-gas-956100"
OTHER = "cable-gulin"
NOBODY = "nobody"
ENDLESS = ("/telephony/events",)
"""A stream, whose answer has no end to wait for."""

ROLES = (
    "agent",
    "supervisor",
    "knowledge",
    "admin",
    "unit:jinan",
    "unit:qingdao",
    "division:luzhong",
    "division:jiaodong",
    "integration:web",
    "integration:jinan-12345",
)
"""`jinan` and `luzhong` have the ticket in hand; the others are their like elsewhere."""


class Crowd:
    """Callers of the whole application."""

    def __init__(self, folder: Path) -> None:
        self.app: FastAPI = whole_app(folder)
        self._issuer = BuiltInIssuer(folder)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://hotline")

    def headers(self, who: str | SeededUser, utility: str = UTILITY) -> dict[str, str]:
        """None for nobody."""
        if who == NOBODY:
            return {}
        user = who if isinstance(who, SeededUser) else seeded_user(who)
        token = self._issuer.token(user, utility=utility, audience="hotline-loop", lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    async def asks(
        self, method: str, who: str | SeededUser, path: str, body: Any = None, utility: str = UTILITY, **more: Any
    ) -> httpx.Response:
        """One request."""
        headers = self.headers(who, utility) | more.pop("headers", {})
        content = {"json": body} if body is not None else {}
        return await self.client.request(method, path, headers=headers, **content, **more)

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(method, path, description) of all that the OpenAPI document has, but for what never ends."""
        paths = self.app.openapi()["paths"]
        return [
            (method.upper(), path, each)
            for path, found in paths.items()
            if path not in ENDLESS
            for method, each in found.items()
        ]
