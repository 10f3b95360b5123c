"""What is handed out: the brief in sentences, official papers."""
