"""The heart of a service: load a document, apply a pure step, save it with what is said."""
