"""What a request needs, how it is divided, and what it opens: pure."""
