import { writeFile } from "node:fs/promises";
import { CHURN_PRIOR_V1, metricDictionary, SCORECARD_DEFAULT_V1 } from "@bellwether/shared";

await writeFile(
  new URL("../../docs/metrics.md", import.meta.url),
  metricDictionary(SCORECARD_DEFAULT_V1, CHURN_PRIOR_V1),
);
