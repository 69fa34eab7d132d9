"""The shell: gathers what a job needs, lets the core decide, and applies what it decided.

No decisions are made here. Every job may be run twice.
"""
