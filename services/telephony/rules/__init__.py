"""What the switch's events mean for a call, an agent and a queue: pure functions."""
