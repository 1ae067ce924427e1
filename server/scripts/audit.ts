import { spawnSync } from "node:child_process";
import { z } from "zod";

/** What `npm audit --json` says, as far as it is needed here. */
const auditAnswer = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), fixAvailable: z.unknown() }),
  ),
});
const SERIOUS = ["high", "critical"];
const isStrict = process.argv.includes("--strict");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Asks the registry for known vulnerabilities of what runs in production. Ends with 1 where one is serious. A registry
 * that cannot be asked is no finding: it is said, and with `--strict` it ends with 2.
 */
function audit(): number {
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  const parsed = auditAnswer.safeParse(jsonOf(stdout ?? ""));
  if (!parsed.success) {
    say("NOT CHECKED: the registry does not answer questions about vulnerabilities from here.");
    say("Run this again where it does, or put package-lock.json before another scanner.");
    return isStrict ? 2 : 0;
  }
  const found = Object.entries(parsed.data.vulnerabilities);
  const serious = found.filter(([, { severity }]) => SERIOUS.includes(severity));
  for (const [name, { severity, range, fixAvailable }] of found)
    say(`${severity}: ${name} ${range}${fixAvailable ? ", a fixed version is there" : ""}`);
  say(`${found.length} known vulnerabilities in production dependencies, ${serious.length} of them serious.`);
  return serious.length > 0 ? 1 : 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the command could not be run, or ended in the middle
  }
}

process.exitCode = audit();
