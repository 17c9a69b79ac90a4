"""A telephone number in the one spelling by which all services look it up, and the words that stand for nobody."""

import re
import unicodedata
from functools import lru_cache

HOME = "CN"
"""Numbers without a country's code are dialled from here."""

_CALLED = re.compile(
    r"^(?:联系|客户|来电|家庭|办公|单位)?(?:电话|手机|座机|固话|号码|方式|热线)+(?:号码|号)?(?:[为是]|[:=])*"
    r"|^(?:tel|telephone|phone|mobile|mob|cell|sip|callto)\.?[:=]*"
)
_EXTENSION = re.compile(r"(?:转|分机|;?ext(?:ension|n)?[.:=]*|#|x|,)+\d{1,8}$")
_EXTENSION_BY_DASH = re.compile(r"^(0\d{2,3}-?\d{7,8})-\d{1,6}$")
_LETTER = re.compile(r"[^\W\d_]")
_NOT_DIALLED = re.compile(r"[^0-9+]")

_NOBODY = frozenset({
    "anonymous", "withheld", "private", "unknown", "unavailable", "restricted", "blocked", "hidden", "none", "null",
    "nil", "na", "nobody", "nonumber", "unknownnumber", "privatenumber", "withheldnumber", "noname", "undisclosed",
    "notgiven", "refused", "匿名", "匿名者", "匿名来电", "匿名用户", "匿名客户", "未知", "未知号码", "未知来电",
    "不详", "不明", "不知道", "无", "没有", "暂无", "无名", "无名氏", "无号码", "无电话", "未提供", "未留", "未留电话",
    "未填", "未填写", "不愿透露", "不便透露", "拒绝透露", "拒绝提供", "保密", "号码保密", "隐藏号码", "隐藏",
    "私人号码", "空", "空号",
})  # fmt: skip
"""What is written where nobody said who they are, without blanks and marks."""


def is_nobody(text: str) -> bool:
    """Whether a name, a number or an address says nothing of anybody: `anonymous`, 匿名, 未知, `0`, `-`."""
    packed = _packed(text)
    bare = _bare(packed.partition("@")[0])
    for prefix in ("sip", "tel"):
        if bare.removeprefix(prefix) in _NOBODY:
            return True
    return not bare or bare in _NOBODY or set(bare) == {"0"}


@lru_cache(8_192)
def spelled(text: str) -> str:
    """One spelling for all of the same telephone: 13800138000, 053186001234, 95598, 00442079460958.

    Full width, dashes of all kinds, what is written before it, the country's code, a 0 before a mobile and an extension
    make no difference. What is no number comes back without blanks and marks.
    """
    packed = _EXTENSION.sub("", _CALLED.sub("", _packed(text).partition(";phone-context")[0]))
    packed = _EXTENSION_BY_DASH.sub(r"\1", packed)
    dialled = _NOT_DIALLED.sub("", packed)
    if "*" in packed:
        return packed
    if not dialled.strip("+"):
        return _bare(packed)
    return _national(dialled) or (_bare(packed) if _LETTER.search(packed) else dialled.replace("+", ""))


def is_number(text: str) -> bool:
    """Whether a text can be a telephone number: at least as long as the shortest that call."""
    found = spelled(text)
    return found.isascii() and found.isdigit() and len(found) >= _SHORTEST and set(found) != {"0"}


_SHORTEST = 3
"""Digits of emergency numbers."""


def _packed(text: str) -> str:
    """Without blanks and what nobody sees, full width made narrow, every dash the same."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    kept = (_plain(letter) for letter in letters if unicodedata.category(letter) not in ("Cf", "Cc", "Zs"))
    return "".join(kept)


def _bare(packed: str) -> str:
    return "".join(letter for letter in packed if letter.isalnum())


def _plain(letter: str) -> str:
    return "-" if unicodedata.category(letter) == "Pd" or letter in "−ーー一﹣" else letter


def _national(dialled: str) -> str | None:
    """As it is dialled at home; None for what no plan of numbers knows, as short numbers."""
    import phonenumbers  # its tables load with the first number, which not every process reads

    try:
        found = phonenumbers.parse(dialled, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(found):
        return None
    national = phonenumbers.national_significant_number(found)
    if found.country_code != phonenumbers.country_code_for_region(HOME):
        return f"00{found.country_code}{national}"
    landline = phonenumbers.number_type(found) is phonenumbers.PhoneNumberType.FIXED_LINE
    return f"0{national}" if landline else national
