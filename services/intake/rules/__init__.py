"""What all rooms know of a ticket: the request it comes from, its state, what may be asked of it, what it hears."""
