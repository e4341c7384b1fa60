"""Report: the ledger and the findings become workbooks for people."""

from pipeline.report.blocks import BlockSheetError
from pipeline.report.rejections import write_rejections
from pipeline.report.workbook import write_workbook

__all__ = ["BlockSheetError", "write_rejections", "write_workbook"]
