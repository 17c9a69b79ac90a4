"""Whether a request may be answered and closed at first contact, as its type's trait says (design reading 20)."""

from contracts.refusal import Refusal, refused
from procedures.model import Circumstances, Identity, Procedure
from texts import Labels


def unverified(identity: Identity) -> Refusal:
    """What has to be checked first, and how much of it."""
    return refused(
        "identity_not_verified",
        identity,
        accepts=identity.items,
        fields=Labels(identity.items),
        count=identity.at_least,
    )


def not_at_once(of: Circumstances, procedure: Procedure) -> Refusal | None:
    """Why somebody has to deal with it first; None where the answer may close it."""
    rules = procedure.types.get(of.type)
    setting = rules.may_be_answered_at_once if rules else None
    if setting is None or not procedure.reads_so(setting.when) or setting.holds(of):
        return None
    return refused("not_answered_at_once", setting, type=procedure.name_of("type", of.type))
