"""Encoder and decoder with attention, and what they are compared with."""
