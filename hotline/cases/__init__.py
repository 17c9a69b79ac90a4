"""Written cases: a rule told as a story with times, and what must follow (the format is in docs/case-format.md)."""
