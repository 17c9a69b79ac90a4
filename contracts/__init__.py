"""What crosses a process boundary, and nothing else: facts, vocabulary, topics, refusals, messages."""
