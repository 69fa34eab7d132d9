"""The faces in a browser: public pages for readers, the desk for editors."""
