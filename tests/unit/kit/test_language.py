"""Chinese unless English is asked for."""

import pytest

from kit.http.language import negotiate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("*", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.4, zh;q=0.7", "zh"),
        ("fr, en;q=0.5", "en"),
        ("fr, de", "zh"),
        ("en;q=nonsense", "zh"),
        ("en;q=0", "zh"),
        ("EN-gb", "en"),
    ],
)
def test_the_best_language_we_have_is_chosen(header: str | None, language: str) -> None:
    assert negotiate(header) == language
