"""Finds what an agent needs while the customer waits: a full-text index in memory that follows the store by itself.

`words` cuts a text into terms, `shelf` ranks what is filed under them, `entry` says what of a document is filed,
`snippet` shows where the terms stand, `library` keeps each utility's shelves as fresh as the store.
"""
