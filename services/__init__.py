"""The services of the hotline."""
