"""The first file of a utility: a dozen questions, a procedure that holds, and a first case for each of its types."""
