"""Files and command lines with anything in them, for properties that hold whatever is given."""

from __future__ import annotations

from hypothesis import strategies as st

toml_values = st.recursive(
    st.booleans()
    | st.integers(-(2**70), 2**70).map(str)
    | st.floats().map(str)
    | st.sampled_from(["nan", "1e999", "2020-01-01", "07:30:00", '"boil"', '""', "'[b]x[/b]'"])
    | st.text(st.characters(codec="utf-8"), max_size=80).map(repr),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(map(str, items))}]")
        | st.dictionaries(
            st.sampled_from(["name", "wait", "compute", "native", "jitter", "x"]), inner, max_size=4
        ).map(lambda items: "{" + ", ".join(f"{key} = {item}" for key, item in items.items()) + "}")
    ),
    max_leaves=8,
).map(lambda value: str(value).lower() if isinstance(value, bool) else str(value))
recipe_like = st.lists(
    st.sampled_from(["[[steps]]", "[steps]", "[x]"])
    | st.tuples(
        st.sampled_from(["name", "jitter", "steps", "wait", "compute", "native", "wiat"]),
        toml_values,
    ).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    max_size=12,
).map("\n".join)
recipe_files = st.binary(max_size=200) | (st.text(max_size=200) | recipe_like).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
"""What a recipe file may hold."""

_setting_values = st.recursive(
    st.sampled_from(
        ["3", "0", "-1", "1e999", "nan", "true", '"thread"', '"nord"', '"a,b"', '"\\u001b"']
    )
    | st.integers().map(str),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(["makers", "engine", "add", "recipe", "start_method", '"[b]"']),
            inner,
            max_size=4,
        ).map(lambda items: "{" + ", ".join(f"{key} = {item}" for key, item in items.items()) + "}")
    ),
    max_leaves=10,
)
settings_like = st.lists(
    st.sampled_from(["[defaults]", "[keys]", "[[keys]]"])
    | st.tuples(
        st.sampled_from(["theme", "defaults", "keys", "makers", "engine", "add", "recipe", "x"]),
        _setting_values,
    ).map(" = ".join),
    max_size=8,
).map("\n".join)
settings_files = st.binary(max_size=200) | settings_like.map(str.encode)
"""What a settings file may hold."""

words = st.sampled_from(
    ["brew", "chai", "completion", "bash", "--makers", "--engine", "thread", "--start-method",
     "spawn", "--seed", "--plain", "--json", "--exit", "--help", "-h", "--version", "--", "-",
     "3", "0", "-3", "", ".", "--makers=2", "--plain=1", "nosuch.toml"]
) | st.text(max_size=8)  # fmt: skip
"""What a command line may hold."""
