"""What each utility decided, as data, and the pure arithmetic of working time."""
