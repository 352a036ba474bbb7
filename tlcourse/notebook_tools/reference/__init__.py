"""The site's reference pages, put together from the built lessons: glossary and symbols."""
