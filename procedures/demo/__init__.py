"""What a demonstration of each utility is about, one file a utility; `hotline up --demo --utility` drives it."""
