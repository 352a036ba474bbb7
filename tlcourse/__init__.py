"""tlcourse: transfer learning for NLP, hands on."""

__version__ = "0.1.0"
