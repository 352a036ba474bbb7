"""Measuring: baselines, probes, learning curves, scores, and the yardstick that every model is put to."""
