"""The five services of the hotline."""
