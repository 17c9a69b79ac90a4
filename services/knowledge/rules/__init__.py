"""The life of knowledge as pure rules (第十六条 to 第十九条)."""
