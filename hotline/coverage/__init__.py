"""How every rule of a utility's regulation is held, where and by which case: the account, its check and its page."""
