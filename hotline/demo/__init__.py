"""A few days of an invented gas hotline, driven through the real HTTP APIs."""
