"""Keeps every clock of every ticket and says when one starts, is paused, nears its end, is met or missed.

Hears what intake, routing and callback say of tickets, and what knowledge says of articles, tasks and notices.
Says clock.started, paused, resumed, warned, met, missed and cancelled, and ticket.escalated.
"""
