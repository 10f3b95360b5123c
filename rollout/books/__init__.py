"""Every book of the product, by its code, in the order of the desk's menu."""

from connectivity.books import Connections
from facilities.books.book import Book

BOOKS: dict[str, Book] = {book.code: book for book in (Connections(),)}
