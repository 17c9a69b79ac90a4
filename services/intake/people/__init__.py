"""Who calls and what they said, sealed field by field, and who may be told."""
