"""The registers: what lists show, forms ask, files bring, as rows of cells.

A cell is a describing attribute of its row or a dated fact about it. Everything that people write
by hand goes one way: a form, a change of many rows, an import make an `Act` and hand the new values
of cells to `entering.enter_rows`, which writes them and logs each as an `Edit`.
"""
