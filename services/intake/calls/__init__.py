"""Calls at the front desk: who calls, the tickets of a call, callers who gave up and are called back."""
