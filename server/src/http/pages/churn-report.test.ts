import { CHURN_PRIOR_V1, type ModelReport } from "@bellwether/shared";
import { expect, it } from "vitest";
import type { StoredChurnModel } from "../../services/ports.ts";
import { churnReportPage } from "./churn-report.ts";
import { reliabilityPlot } from "./reliability-plot.ts";

const AT = new Date("2026-03-01T00:00:00.000Z");
const metrics = { brier: 0.06, logLoss: 0.2, auc: { value: 0.7, low95: 0.6, high95: 0.8 }, lift: 2.5 };
const comparison = {
  verdict: "better",
  difference: { value: -0.01, low95: -0.02, high95: -0.001 },
  words: "Better.",
} as const;
const side = { rows: 1200, accounts: 300, losses: 40, from: "2025-01-01", to: "2025-09-01" };
const group = {
  from: 0,
  to: 0.1,
  n: 100,
  lost: 5,
  meanPredicted: 0.06,
  observed: 0.05,
  low95: 0.02,
  high95: 0.11,
};
const report: ModelReport = {
  version: "learned-1",
  horizonDays: 90,
  counts: { accounts: 300, lostAccounts: 60, keptAccounts: 240, rows: 2400, losses: 62, rowsSetAside: 0 },
  dates: { from: "2024-01-01", to: "2025-09-01", dataUntil: "2025-11-30" },
  split: { cut: "2025-01-01", train: side, test: side, words: "Split." },
  features: [
    {
      key: "nps",
      label: "NPS",
      coverage: 0.5,
      direction: "lowers",
      oddsFactor: 0.4,
      words: "Lowers the risk.",
    },
    {
      key: "csat",
      label: "<b>Ratings</b>",
      coverage: 0,
      direction: "none",
      oddsFactor: 1,
      words: "Never known.",
    },
  ],
  challenger: metrics,
  champion: { version: "prior-1", metrics },
  baseRate: { rate: 0.05, metrics: { ...metrics, auc: null, lift: null } },
  againstChampion: comparison,
  againstBaseRate: comparison,
  reliability: [group, { ...group, from: 0.1, to: 0.3, meanPredicted: 0.2, observed: 0.25, high95: 0.35 }],
  separates: true,
  warnings: ["Mind the <gap>."],
  method: ["How."],
};
const stored: StoredChurnModel = {
  version: "learned-1",
  status: "challenger",
  model: CHURN_PRIOR_V1,
  report,
  trainedAt: AT,
  proposedBy: null,
  proposedAt: null,
  approvedBy: null,
  approvedAt: null,
};

it("says first whether the model is better, and escapes what it is given", () => {
  const html = churnReportPage(stored, report);
  expect(html).toContain("Is it better? Yes.");
  expect(html).toContain("Nobody has proposed it for use yet");
  expect(html).toContain("Mind the &#60;gap&#62;.");
  expect(html).not.toContain("<b>Ratings");
  expect(html).not.toMatch(/<script|\son\w+="|javascript:|undefined|NaN|\[object/);
});

it("says where the model stands on its way into use", () => {
  const page = (part: Partial<StoredChurnModel>) => churnReportPage({ ...stored, ...part }, report);
  expect(page({ status: "proposed", proposedAt: AT })).toContain("waits for a lead");
  expect(page({ status: "proposed", proposedAt: AT, approvedAt: AT })).toContain("Approved on 1 March 2026");
  expect(page({ status: "active", approvedAt: AT })).toContain("It is in use.");
  expect(page({ status: "retired", approvedAt: AT })).toContain("was in use before");
});

it("leaves out what was not judged, and says so", () => {
  const unjudged = { verdict: "not_judged", difference: null, words: "Not judged: too few losses." } as const;
  const html = churnReportPage(stored, {
    ...report,
    split: null,
    challenger: null,
    champion: { version: "prior-1", metrics: null },
    baseRate: { rate: 0.05, metrics: null },
    againstChampion: unjudged,
    againstBaseRate: unjudged,
    reliability: [],
    warnings: [],
  });
  expect(html).toContain("That cannot be judged yet.");
  expect(html).not.toContain("<svg");
  expect(html).not.toContain("Mind this");
});

it("keeps every point and interval inside the plot, whatever the rates", () => {
  for (const share of [0, 0.004, 0.3, 1]) {
    const svg = reliabilityPlot([
      { ...group, meanPredicted: share, observed: share, low95: share, high95: share },
    ]);
    const [, , width, height] = (/viewBox="([^"]+)"/.exec(svg)?.[1] ?? "").split(" ").map(Number);
    const [x, y] = [Number(/cx="([^"]+)"/.exec(svg)?.[1]), Number(/cy="([^"]+)"/.exec(svg)?.[1])];
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(width ?? 0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(height ?? 0);
  }
});
