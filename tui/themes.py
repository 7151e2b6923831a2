"""The window's colours: safe for colour-blind eyes, readable in 256 and in 16 colours.

Blue and orange tell training and validation apart for every kind of colour vision, and a dash
does where there is no colour at all. The values lie on the 256-colour cube, since that is what
arrives over SSH. A test holds their contrast.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    dark=True,
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    foreground="#e4e4e4",
    primary="#5fafff",
    secondary="#d787d7",
    accent="#5fafff",
    warning="#ffaf00",
    success="#5fd7af",
    error="#ff875f",
    variables={
        "block-cursor-foreground": "#121212",
        "block-cursor-blurred-background": "#303030",
        "text-muted": "#a8a8a8",
        "text-disabled": "#a8a8a8",
        "text-error": "#ff875f",
        "text-warning": "#ffaf00",
        "text-success": "#5fd7af",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    background="#ffffff",
    surface="#f8f8f8",
    panel="#eeeeee",
    foreground="#1c1c1c",
    primary="#005faf",
    secondary="#87008f",
    accent="#005faf",
    warning="#af5f00",
    success="#00665f",
    error="#af0000",
    variables={
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#d0d0d0",
        "text-muted": "#585858",
        "text-disabled": "#585858",
        "text-error": "#af0000",
        "text-warning": "#875f00",
        "text-success": "#00665f",
    },
)

# Whether the terminal is light or dark is not known, and blue or yellow vanish on one of the two:
# so the terminal's own text colour, and magenta and red, which can be read on both.
TERMINAL = Theme(
    name="terminal",
    dark=True,
    ansi=True,
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    foreground="ansi_default",
    primary="ansi_default",
    secondary="ansi_magenta",
    accent="ansi_magenta",
    warning="ansi_magenta",
    success="ansi_default",
    error="ansi_red",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_default",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "reverse",
        "block-cursor-blurred-text-style": "bold",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_magenta",
        "input-selection-foreground": "ansi_default",
        "scrollbar": "ansi_default",
        "scrollbar-hover": "ansi_default",
        "scrollbar-active": "ansi_default",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, TERMINAL)}
