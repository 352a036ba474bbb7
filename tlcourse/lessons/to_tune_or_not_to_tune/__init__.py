"""The room of lesson 09, To tune or not to tune."""
