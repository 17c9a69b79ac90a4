"""What will happen to each request of the demonstration, decided beforehand from one seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from contracts.vocabulary import CallOutcome, Channel, Closure, ReturnGround, TicketType

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """One request and the lives of those who deal with it; times are waits from the step before."""

    number: int
    at: datetime
    channel: Channel
    type: TicketType
    subtype: str | None
    area: str
    text: str
    talk: timedelta = 3 * _MINUTE
    answered_at_once: bool = False
    wants_no_call: bool = False
    dispatch_after: timedelta = 2 * _MINUTE
    sign_after: timedelta = 20 * _MINUTE
    contact_after: timedelta = 30 * _MINUTE
    reply_after: timedelta = timedelta(hours=20)
    returned: bool = False
    extended: bool = False
    urges: int = 0
    withdrawn: bool = False
    reply_rejected: bool = False
    calls: tuple[CallOutcome, ...] = (CallOutcome.CONNECTED,)
    satisfaction: int = 5
    solved: str = "yes"
    sent_back: bool = False

    @property
    def closure(self) -> Closure:
        """How the ticket has to end."""
        if self.answered_at_once:
            return Closure.ANSWERED
        if self.withdrawn:
            return Closure.WITHDRAWN
        return self._closure_after_reply()

    def _closure_after_reply(self) -> Closure:
        if self.wants_no_call and self.type not in _NO_CALL:
            return Closure.CALLBACK_WAIVED
        if self.type in _NO_CALL:
            return Closure.NO_CALLBACK_DUE
        if CallOutcome.CONNECTED not in self.calls:
            return Closure.UNREACHABLE
        if self.type in _ANSWER_ONLY:
            return Closure.ANSWERED
        return Closure.SATISFIED if self.satisfaction >= _SATISFIED_FROM else Closure.DISSATISFIED


_NO_CALL = (TicketType.QUERY, TicketType.PRAISE)
_ANSWER_ONLY = (TicketType.CONSULTATION, TicketType.SUGGESTION)
_SATISFIED_FROM = 3

GROUND = ReturnGround.MISSING_INFORMATION

_AREAS = (
    "jinan/lixia", "jinan/shizhong", "jinan/zhangqiu", "qingdao/shinan", "qingdao/jiaozhou", "zibo/zhangdian",
    "yantai/zhifu", "yantai/penglai", "weifang/kuiwen", "weifang/shouguang", "taian/taishan", "linyi/lanshan",
    "dezhou/decheng", "liaocheng/dongchangfu", "jining/rencheng", "heze/mudan",
)  # fmt: skip

_CHANNELS = (Channel.PHONE,) * 7 + (Channel.WECHAT, Channel.WEB, Channel.GOV_12345)

_TYPES: Sequence[tuple[TicketType, str | None, str, int]] = (
    (TicketType.FAULT, "stove", "灶具打不着火，换过电池也不行", 16),
    (TicketType.FAULT, "meter", "燃气表黑屏，插卡没有反应", 10),
    (TicketType.FAULT, "pressure", "做饭时火苗很小，气压不足", 8),
    (TicketType.FAULT, "no_gas", "早上起来家里没有气了", 6),
    (TicketType.CONSULTATION, None, "想问一下阶梯气价是怎么计算的", 14),
    (TicketType.QUERY, None, "查询一下本月的用气量和余额", 10),
    (TicketType.SERVICE_APPLICATION, "installation", "新房申请开户通气", 7),
    (TicketType.SERVICE_APPLICATION, "safety_inspection", "预约入户安检", 6),
    (TicketType.COMPLAINT, "service_attitude", "安检人员态度不好，迟到两个小时", 7),
    (TicketType.COMPLAINT, "billing", "抄表读数和实际不符，多收了费用", 6),
    (TicketType.ALARM, "leak", "厨房闻到很浓的燃气味", 6),
    (TicketType.REPORT, "illegal_works", "有人在燃气管道上方私自施工", 3),
    (TicketType.OPINION, None, "营业厅中午应当安排值班", 3),
    (TicketType.SUGGESTION, None, "建议增加手机缴费的提醒", 3),
    (TicketType.PRAISE, None, "维修师傅上门很快，工作认真", 3),
)


def plans(start: datetime, count: int, seed: int, days: int = 3) -> Iterator[Plan]:
    """`count` requests over `days`, more of them by day than by night; the same seed gives the same plans."""
    chance = Random(seed)
    weights = [weight for *_, weight in _TYPES]
    moments = sorted(_moment(chance, start, days) for _ in range(count))
    for number, at in enumerate(moments, 1):
        ticket_type, subtype, text, _ = chance.choices(_TYPES, weights)[0]
        yield _plan(chance, number, at, ticket_type, subtype, text)


def _moment(chance: Random, start: datetime, days: int) -> datetime:
    hour = min(23.9, max(0.0, chance.gauss(13, 4)))
    return start + timedelta(days=chance.randrange(days), hours=int(hour), minutes=chance.randrange(60))


def _plan(chance: Random, number: int, at: datetime, ticket_type: TicketType, subtype: str | None, text: str) -> Plan:
    """Most go well; some are late, returned, urged, rejected, withdrawn, unreachable or sent back."""
    luck = chance.random
    at_once = ticket_type in (TicketType.QUERY, TicketType.CONSULTATION) and luck() < 0.6
    reachable = luck() > 0.06
    dispatch_after = (8 if luck() < 0.05 else chance.randint(1, 4)) * _MINUTE
    alarm = ticket_type is TicketType.ALARM
    return Plan(
        number=number,
        at=at,
        channel=Channel.PHONE if alarm else chance.choice(_CHANNELS),
        type=ticket_type,
        subtype=subtype,
        area=chance.choice(_AREAS),
        text=text,
        answered_at_once=at_once,
        wants_no_call=not alarm and luck() < 0.04,
        dispatch_after=dispatch_after,
        contact_after=timedelta(hours=3) if luck() < 0.06 else chance.randint(5, 60) * _MINUTE,
        reply_after=timedelta(days=6) if luck() < 0.05 else chance.randint(2, 30) * timedelta(hours=1),
        returned=not alarm and luck() < 0.06,
        extended=ticket_type is TicketType.SERVICE_APPLICATION and luck() < 0.2,
        urges=chance.choice((0,) * 12 + (1, 3)),
        withdrawn=not alarm and luck() < 0.03,
        reply_rejected=luck() < 0.05,
        calls=_calls(chance, reachable),
        satisfaction=chance.choices((1, 2, 3, 4, 5), (3, 5, 10, 30, 52))[0],
        solved="yes",
        sent_back=luck() < 0.05,
    )


def _calls(chance: Random, reachable: bool) -> tuple[CallOutcome, ...]:
    missed = (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.UNREACHABLE)
    if not reachable:
        return tuple(chance.choice(missed) for _ in range(3))
    return (*(chance.choice(missed) for _ in range(chance.choice((0, 0, 0, 1, 2)))), CallOutcome.CONNECTED)
