"""Plans and records the calls back to customers: when one is owed, when it may be made, what came of it (第十四条(九)).

Hears ticket.opened, replied, reply_approved, reply_rejected, sent_back, withdrawn and closed; of calls that were
dialled here, call.ended and call.survey_scored.
Says callback.planned, attempted, completed and exhausted.
"""
