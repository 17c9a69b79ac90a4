"""The work order's life: dispatch, sign, return, extend, reply, review, send back, close.

Hears from intake that a ticket was opened, answered, withdrawn, regraded, urged or merged, from sla_monitor what limits
run, from callback what the customer said. Says every step of the order, and alone says that it is closed (第十四条).
"""
