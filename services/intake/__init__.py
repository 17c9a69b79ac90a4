"""Accepts what customers ask, on every channel, and keeps what people said and who they are.

Hears where the work order stands (dispatched, replied, rejected, sent back, closed), the `handle` and `reply` clocks
that urging is judged by, and of calls that they arrived, were answered, ended and recorded. Says that a ticket was
opened, answered, urged (or why not), supervised, supplemented, withdrawn, linked and regraded, and that the caller was
still on the line and hung up.
"""
