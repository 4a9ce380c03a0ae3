"""What a model has learned: the measures, what each needs, and how they are written and printed."""
