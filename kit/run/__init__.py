"""A process that hosts services: their background work, their health, their end."""
