"""Who complains of one matter, and whether a repeat brings anything new: pure."""
