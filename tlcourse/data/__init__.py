"""One loader per data set. data/README.md says what each holds, how it was split, what is wrong with it."""
