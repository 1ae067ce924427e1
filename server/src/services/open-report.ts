import { maySeeFinancial, NEEDS_FINANCIAL_GRANT, type PreviewReport } from "@bellwether/shared";
import type { Actor } from "./actor.ts";

/** Who reads, as far as it matters for what is shown. */
export type ReportReader = Pick<Actor, "role" | "financial">;

type Changed = Pick<PreviewReport, "changes" | "warnings">;

/** A report as its reader may see it; where single customers are left out, it says so. */
export function openReport<R extends Changed>(report: R, reader: ReportReader): R {
  if (!report.changes.needsGrant || maySeeFinancial(reader.role, reader)) return report;
  return {
    ...report,
    changes: { ...report.changes, items: [] },
    warnings: [NEEDS_FINANCIAL_GRANT, ...report.warnings],
  };
}
