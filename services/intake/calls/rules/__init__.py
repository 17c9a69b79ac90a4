"""What the front desk knows of calls and of callers who gave up: pure."""
