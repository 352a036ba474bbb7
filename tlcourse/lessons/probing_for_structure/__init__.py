"""Room of lesson Probing for structure: its exercises, figures, sentences and the widget of trees."""
