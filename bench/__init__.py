"""Measurements: ratios within one run, CPU per operation beside the rate."""
