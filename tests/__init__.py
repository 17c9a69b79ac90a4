"""The tests; `backends` says what they run on."""
