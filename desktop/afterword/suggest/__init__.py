"""From a model's pieces to what is worth showing at the cursor."""
