"""What operators see: logs, metrics and traces, without anybody's personal data."""
