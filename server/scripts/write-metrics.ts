import { readFile, writeFile } from "node:fs/promises";
import { algorithmPage, builtInScorecards, CHURN_PRIOR_V1, metricDictionary } from "@bellwether/shared";
import { withMetricTable } from "./metric-table.ts";

const docs = new URL("../../docs/", import.meta.url);
const operations = new URL("operations.md", docs);
await writeFile(new URL("metrics.md", docs), metricDictionary(builtInScorecards(), CHURN_PRIOR_V1));
await writeFile(new URL("ALGORITHM.md", docs), algorithmPage(builtInScorecards(), CHURN_PRIOR_V1));
await writeFile(operations, withMetricTable(await readFile(operations, "utf8")));
