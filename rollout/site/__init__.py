"""The site around the product: settings read, built, served, checked, signed in to, administered."""
