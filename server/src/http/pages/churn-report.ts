import type { ModelReport, ReportMetrics, RiskGroup } from "@bellwether/shared";
import type { StoredChurnModel } from "../../services/ports.ts";
import { reliabilityPlot } from "./reliability-plot.ts";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const whole = (count: number): string => count.toLocaleString("en-GB");

/** What a lead reads before a learned model is put in use; no scripts, prints on paper. */
export function churnReportPage(stored: StoredChurnModel, report: ModelReport): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Churn model ${escapeHtml(report.version)}</title><style>${STYLE}</style></head><body><main>
<header><p class="kicker">Bellwether churn model</p><h1>${escapeHtml(report.version)}</h1><p>${escapeHtml(standing(stored))}</p></header>
${verdict(report)}
${warnings(report)}
${figures(report)}
${reliability(report)}
${features(report)}
${method(report)}
</main></body></html>`;
}

const dayOf = (at: Date): string =>
  at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function standing({ status, trainedAt, approvedAt, proposedAt }: StoredChurnModel): string {
  const learned = `Learned on ${dayOf(trainedAt)}.`;
  if (status === "active") return `${learned} It is in use.`;
  if (status === "retired") return `${learned} It was in use before and is not any more.`;
  if (status === "rejected") return `${learned} It was turned down.`;
  if (approvedAt !== null) return `${learned} Approved on ${dayOf(approvedAt)}; it is not in use yet.`;
  if (proposedAt !== null)
    return `${learned} Proposed on ${dayOf(proposedAt)}; it waits for a lead's or an administrator's approval.`;
  return `${learned} Nobody has proposed it for use yet; nothing has changed for your scores.`;
}

const TITLES: Record<ModelReport["againstChampion"]["verdict"], string> = {
  better: "Is it better? Yes.",
  not_proven: "Is it better? That is not proven.",
  worse: "Is it better? No, it is worse.",
  not_judged: "Is it better? That cannot be judged yet.",
};

function verdict({ againstChampion, againstBaseRate, counts, dates, horizonDays }: ModelReport): string {
  return `<section class="verdict ${againstChampion.verdict}"><h2>${TITLES[againstChampion.verdict]}</h2>
<p>${escapeHtml(againstChampion.words)}</p>
${againstBaseRate.verdict === "not_judged" ? "" : `<p>${escapeHtml(againstBaseRate.words)}</p>`}</section>
<dl class="facts">
${fact("Customers lost", whole(counts.lostAccounts))}
${fact("Customers kept", whole(counts.keptAccounts))}
${fact("Times looked at", whole(counts.rows))}
${fact("Predicts", `the next ${horizonDays} days`)}
${fact("Time learned from", `${dates.from} to ${dates.dataUntil}`)}
</dl>`;
}

const fact = (name: string, value: string): string =>
  `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`;

const warnings = ({ warnings: list }: ModelReport): string =>
  list.length === 0
    ? ""
    : `<section class="warnings"><h2>Mind this</h2><ul>${list.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul></section>`;

function figures({ challenger, champion, baseRate, split, againstChampion }: ModelReport): string {
  if (challenger === null || split === null) return "";
  const { difference } = againstChampion;
  const between = difference
    ? `<p class="small">Difference of the Brier scores: ${signed(difference.value)}, with 95% certainty between ${signed(difference.low95)} and ${signed(difference.high95)}. Below zero the new model is better; an interval on both sides of zero proves nothing.</p>`
    : "";
  return `<section><h2>On later outcomes</h2>
<p>From ${split.test.from} on, ${whole(split.test.accounts)} customers were looked at ${whole(split.test.rows)} times, and ${whole(split.test.losses)} were lost. Before that lies what was learned from: ${whole(split.train.accounts)} customers, ${whole(split.train.rows)} times, ${whole(split.train.losses)} losses.</p>
<div class="wide"><table><thead><tr><th scope="col">Model</th><th scope="col">Brier score</th><th scope="col">Log loss</th><th scope="col">Told apart (AUC)</th><th scope="col">Losses in the riskiest tenth</th></tr></thead><tbody>
${metricsRow("New model", challenger)}
${champion.metrics ? metricsRow(`In use: ${champion.version}`, champion.metrics) : ""}
${baseRate.metrics ? metricsRow(`Same rate for all, ${percent(baseRate.rate)}`, baseRate.metrics) : ""}
</tbody></table></div>
<p class="small">Brier score and log loss measure the distance between probability and fact: lower is better. AUC is the chance that a customer who was lost had the higher risk: 0.5 is a coin, 1 is perfect; beside it the interval that holds the true value with 95% certainty. The last column compares with the average customer.</p>
${between}</section>`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

function metricsRow(name: string, { brier, logLoss, auc, lift }: ReportMetrics): string {
  const aucText = auc
    ? `${auc.value.toFixed(2)} <span class="small">(${auc.low95.toFixed(2)}–${auc.high95.toFixed(2)})</span>`
    : "–";
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${brier.toFixed(4)}</td><td>${logLoss.toFixed(4)}</td><td>${aucText}</td><td>${lift === null ? "–" : `${lift.toFixed(1)} times`}</td></tr>`;
}

function reliability({ reliability: groups }: ModelReport): string {
  if (groups.length === 0) return "";
  return `<section><h2>Do the probabilities come true?</h2>
<p>Each point is a group of customers with similar predicted risk. On the dashed line as many were lost as predicted; the bars hold the true rate with 95% certainty. A bar that misses the line is a group the model gets wrong.</p>
<div class="pair">${reliabilityPlot(groups)}
<div class="wide"><table><thead><tr><th scope="col">Risk</th><th scope="col">Customers</th><th scope="col">Predicted</th><th scope="col">Lost in fact</th></tr></thead><tbody>
${groups.map(groupRow).join("\n")}</tbody></table></div></div></section>`;
}

const groupRow = (group: RiskGroup): string =>
  `<tr><th scope="row" class="range">${percent(group.from)}–${percent(group.to)}</th><td>${whole(group.n)}</td><td>${percent(group.meanPredicted)}</td><td>${percent(group.observed)} <span class="small">(${percent(group.low95)}–${percent(group.high95)})</span></td></tr>`;

function features({ features: list }: ModelReport): string {
  const strongestFirst = list.toSorted(
    (a, b) => Math.abs(Math.log(b.oddsFactor)) - Math.abs(Math.log(a.oddsFactor)),
  );
  const rows = strongestFirst.map(
    (feature) =>
      `<tr><th scope="row">${escapeHtml(feature.label)}</th><td>${(feature.coverage * 100).toFixed(0)}%</td><td class="text ${feature.direction}">${escapeHtml(feature.words)}</td></tr>`,
  );
  return `<section><h2>What it goes by</h2><p>The effect of a high value against a low one, with all others equal. An effect is a sign, not a cause.</p>
<div class="wide"><table><thead><tr><th scope="col">Signal</th><th scope="col">Known</th><th scope="col" class="text">Effect</th></tr></thead><tbody>
${rows.join("\n")}</tbody></table></div></section>`;
}

const method = ({ method: list }: ModelReport): string =>
  `<section><h2>How it was made</h2><ul>${list.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul></section>`;

const STYLE = `
:root{color-scheme:light;--ink:#213343;--soft:#55677a;--line:#d5dde5;--blue:#1f6feb}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#fff;margin:0}
main{max-width:62rem;margin:0 auto;padding:2rem 1rem 3rem}
h1{font-size:1.5rem;line-height:1.25;margin:.1rem 0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:0 0 .4rem}
p{margin:.3rem 0;max-width:46rem}section{margin-top:2rem;break-inside:avoid}.kicker{color:var(--soft);margin:0}.small{color:var(--soft);font-size:.86rem}
.verdict{border:1px solid var(--line);border-left:6px solid #8695a5;border-radius:6px;padding:1rem;margin-top:1.2rem}
.verdict.better{border-left-color:#1a7f4b}.verdict.worse{border-left-color:#b3261e}.verdict.not_proven{border-left-color:#a86400}
.warnings{border:1px solid #e0b252;background:#fff8e8;border-radius:6px;padding:1rem}ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.25rem 0;max-width:46rem}
.facts{display:flex;flex-wrap:wrap;gap:.6rem 2rem;margin:1.2rem 0 0}.facts div{min-width:7rem}dt{color:var(--soft);font-size:.86rem}dd{margin:0;font-weight:600}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th:first-child,th.text,td.text{text-align:left}th:first-child{padding-left:0}thead th{color:var(--soft);font-size:.86rem;font-weight:600;vertical-align:bottom}tbody th{font-weight:600}
td .small,.range{white-space:nowrap}.raises{color:#b3261e}.lowers{color:#1a7f4b}.none{color:var(--soft)}
.pair{display:grid;grid-template-columns:minmax(0,26rem) minmax(0,1fr);gap:1.5rem;align-items:start;margin-top:.6rem}
.plot{width:100%;height:auto;font:11px system-ui,sans-serif}.plot text{fill:var(--soft)}.grid path{stroke:#e8edf2;fill:none}
.even{stroke:#8695a5;stroke-dasharray:5 4}.interval{stroke:var(--blue);stroke-width:2}circle{fill:var(--blue)}
@media (max-width:48rem){main{padding-top:1rem}.pair{grid-template-columns:minmax(0,1fr)}th,td{padding:.35rem .4rem;font-size:.9rem}}
@media print{body{font-size:11pt}main{max-width:none;padding:0}.pair{grid-template-columns:9cm 1fr}}
`;
