"""The phone switch: what it does becomes call events without a number, what is asked of it becomes calls.

Hears nobody on the bus, and the switch over its own connection.
Says call.arrived, queued, ringing, answered, held, resumed, transferred, abandoned, ended, survey_scored and
recording_ready, agent.state_changed and queue.measured.
"""
