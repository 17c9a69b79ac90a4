"""Plumbing without business: service shell, stores, bus, dead letters, telemetry, auth, settings."""
