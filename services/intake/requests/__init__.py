"""What reaches the centre, and the tickets it becomes: accepted on every channel, once."""
