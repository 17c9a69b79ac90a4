"""One contract, every store."""
