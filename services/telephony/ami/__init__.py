"""Asterisk's manager interface: bytes to messages, messages to what the rules understand, commands to actions."""
