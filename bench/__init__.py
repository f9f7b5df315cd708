"""Benchmarks, each with its peer beside it in the same run: machines are noisy, ratios are not."""
