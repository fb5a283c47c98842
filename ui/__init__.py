"""The chat app in the browser: layout, handlers and rendering, each in its own module."""
