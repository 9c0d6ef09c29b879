"""The mail of a delivery: personal, in its reader's language, text and HTML.

What is the same in many mails is made once and kept in the process: each of the news in each
language (``items``), what stands around them (``frame``). A mail is these pieces, joined.
"""
