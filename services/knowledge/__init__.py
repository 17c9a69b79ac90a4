"""Knowledge keeps articles, collection tasks and emergency notices, and finds what an agent needs while on the phone.

It hears nothing; it says article.*, task.* and notice.*. Each replica's search index follows the store by itself.
"""
