"""What is known of a person, and who may know it: pure."""
