"""A plan's request as the agent's screen sends it."""

from datetime import timedelta
from typing import Any

from contracts.vocabulary import Channel
from hotline.demo.plans import Plan
from procedures.model import TypeRules

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"


def request_body(plan: Plan, rules: TypeRules) -> dict[str, Any]:
    """Everything its type asks for, said by an invented customer."""
    body: dict[str, Any] = {
        "channel": plan.channel.value,
        "type": plan.type,
        "text": f"{plan.text}，请尽快处理（第{plan.number}号来件）",
        "area": plan.area,
        "customer": _customer(plan, rules),
        "call_wish": {"preference": "none" if plan.wants_no_call else "default"},
        "reason_explained": True,
        "separate": True,
        "flags": list(plan.flags),
        "fields": dict(plan.fields or {}),
    }
    if plan.subtype:
        body["subtype"] = plan.subtype
    return body | _by_channel(plan) | _by_type(plan, rules)


def _customer(plan: Plan, rules: TypeRules) -> dict[str, str]:
    surname = _SURNAMES[plan.number % len(_SURNAMES)]
    shown = {"id_number": f"51052519850101{plan.number:04d}"} if "id_number" in rules.required.value else {}
    return shown | {
        "name": f"{surname}先生" if plan.number % 2 else f"{surname}女士",
        "contact": f"139{plan.number:08d}",
        "address": f"{plan.area}某小区{plan.number % 30 + 1}号楼",
    }


def _by_channel(plan: Plan) -> dict[str, Any]:
    if plan.channel is Channel.PHONE:
        return {"ended_at": plan.written_down_at.isoformat()}
    if plan.channel is Channel.GOV_12345 and plan.platform is not None:
        due = plan.at + timedelta(days=plan.platform.days)
        order_no = f"{plan.platform.prefix}{plan.at:%Y%m%d}{plan.number:05d}"
        return {"gov": {"platform": plan.platform.name, "order_no": order_no, "due": due.isoformat()}}
    return {}


def _by_type(plan: Plan, rules: TypeRules) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if "situation" in rules.required.value:
        body |= {"situation": "现场已有人看守", "precautions_given": True}
    if rules.identity:
        body |= {"verified": True}
    if plan.answered_at_once:
        body |= {"answer": {"text": plan.said.answered}}
    return body
