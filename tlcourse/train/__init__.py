"""Pretraining and fine-tuning: objectives, schedules, checkpoints, metrics."""
