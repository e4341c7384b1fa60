"""What `template` says: the workbook that was written, and what stands in it."""

from typing import Any

from pipeline.template import Made


def template_account(made: Made) -> dict[str, Any]:
    """The figures, as JSON holds them."""
    return {
        "file": str(made.path),
        "sheets": list(made.tables),
        "open_milestones": made.milestones,
        "from_store": made.from_store,
    }


def template_words(made: Made) -> str:
    """The same in a few lines."""
    lines = [f"Template {made.path}", f"  sheets    {', '.join(made.tables)}"]
    if made.milestones is not None:
        lines.append(f"  filled    {made.milestones} open milestones, to be given completion dates")
    lines.append(
        "  lists     from the store"
        if made.from_store
        else "  lists     the fixed codes only: there is no store yet"
    )
    return "\n".join(lines)
