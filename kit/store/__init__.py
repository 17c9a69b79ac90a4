"""Documents under optimistic versions: one protocol, and the databases behind it."""
