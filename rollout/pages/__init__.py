"""The pages: each fetches what the reader may see, hands it to a form or template, calls a verb."""
