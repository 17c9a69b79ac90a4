"""Kafka: reading in batches, publishing from the outbox, and what cannot be handled."""
