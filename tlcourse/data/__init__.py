"""One loader per data set. What each holds, how it was split and what is wrong with it stands in
data/README.md.
"""
