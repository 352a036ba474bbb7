"""tlcourse: transfer learning for NLP, hands on."""

__version__ = "1.0.0"
