"""What a model has learned, one measure a file; each says what it needs."""
