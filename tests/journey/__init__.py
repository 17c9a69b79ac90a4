"""Journeys through the running system: real Kafka, real processes, the HTTP APIs its people use."""
