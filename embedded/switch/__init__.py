"""A real phone switch on this machine, for tests and for showing: Asterisk and SIPp from Debian, nothing installed."""
