"""The brief: the province in sentences, each number with its rows, frozen when it is published."""
