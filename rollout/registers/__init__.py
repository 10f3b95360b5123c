"""The tables people fill: their columns, files brought in, a province's folder loaded, drafts,
what is to do.
"""
