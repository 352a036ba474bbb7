"""Pretraining the zoo: objectives, recipes, one loop, checkpoints, cards."""
