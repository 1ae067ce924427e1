import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { z } from "zod";
import { costsSchema, shapeSchema } from "./inputs.ts";
import { report } from "./report.ts";
import { simulate } from "./simulation.ts";

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function read<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  const troubles = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`${path} does not fit: ${troubles.join("; ")}`);
}

/** `npm run simulate -- [--costs FILE] [--shape FILE] [--json]` */
const { values } = parseArgs({
  options: {
    costs: { type: "string", default: beside("costs.json") },
    shape: { type: "string", default: beside("fifty-million.json") },
    json: { type: "boolean", default: false },
  },
});
const [costs, shape] = await Promise.all([read(values.costs, costsSchema), read(values.shape, shapeSchema)]);
const outcome = simulate(costs, shape);
process.stdout.write(`${values.json ? JSON.stringify(outcome) : report(costs, shape, outcome)}\n`);
