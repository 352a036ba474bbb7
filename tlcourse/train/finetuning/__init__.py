"""Training on a task's labels: freezing, rates by layer, fine-tuning of images and of texts."""
