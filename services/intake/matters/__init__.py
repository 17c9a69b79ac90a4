"""Finds the earlier request that a new one repeats: by the words they share, none of which is kept readable (R004-078).

`words` and `places` read a text, `window` remembers the requests of the last days and finds the nearest, `remembering`
keeps what it knows in intake's store, so that every replica answers alike and a restart forgets nothing.
"""
