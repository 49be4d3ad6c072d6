"""Analysis results: finished analysis datasets in; numbers, their printed form and figures' values out."""
