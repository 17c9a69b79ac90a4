"""What is enclosed to requests and replies: kept once, by content."""
