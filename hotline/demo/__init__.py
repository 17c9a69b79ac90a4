"""A few days of an invented hotline, in the words of its utility, driven through the real HTTP APIs."""
