/** `npm run doctor [-- --json]`: looks at settings, database, queues, tokens, rights, webhooks and fields. */
import { parseArgs } from "node:util";
import { complain } from "./command-line.ts";
import { examine } from "./doctor/examine.ts";
import { exitStatus, findingsText } from "./doctor/finding.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const findings = await examine(process.env, () => new Date());
  const status = exitStatus(findings);
  process.stdout.write(
    values.json ? `${JSON.stringify({ status, findings }, null, 2)}\n` : findingsText(findings),
  );
  return status;
}

process.exitCode = await main().catch((error: unknown) => complain(error) + 1);
