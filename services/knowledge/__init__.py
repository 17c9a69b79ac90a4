"""Knowledge keeps articles, collection tasks and emergency notices, and finds what an agent needs while on the phone.

It hears its own topic only (so that every replica's search index follows) and says article.*, task.* and notice.*.
"""
