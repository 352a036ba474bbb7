"""One loader per data set. data/README.md says what each holds, how it was split and what is wrong with it."""
