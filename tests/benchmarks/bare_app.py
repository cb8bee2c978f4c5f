"""The least that a Textual app can be: what start-up is compared with."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class BareApp(App[None]):
    """A header, a footer and three texts."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012 - as every tutorial writes it

    def compose(self) -> ComposeResult:
        """Show them."""
        yield Header()
        yield Static("one")
        yield Static("two")
        yield Static("three")
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
