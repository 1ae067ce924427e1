import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { canonicalJson, parseScorecard } from "@bellwether/shared";
import { ScorecardApi } from "./scorecard-api.ts";
import { readScorecardFile, type ScorecardFile, scorecardText } from "./scorecard-file.ts";

export const USAGE = `usage:
  npm run scorecard -- check FILE...                 validates files, offline
  npm run scorecard -- export VERSION [FILE]         writes a version to a file, or prints it
  npm run scorecard -- import FILE [--propose --note TEXT]
                                                     a draft, or the new content of a draft
options: --tenant ID, for an ADMIN_TOKEN with several companies
settings: BELLWETHER_URL (http://127.0.0.1:3000), BELLWETHER_TOKEN or ADMIN_TOKEN
`;

export interface Terminal {
  environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  complain(text: string): void;
}

/** @returns the exit status: 0 done, 1 refused or invalid, 2 not understood */
export async function runScorecardCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parse(args);
  if (parsed === null) {
    terminal.complain(USAGE);
    return 2;
  }
  const [command, first, second] = parsed.positionals;
  if (command === "check") return check(parsed.positionals.slice(1), terminal);
  try {
    const api = new ScorecardApi(terminal.environment, parsed.values.tenant ?? null);
    if (command === "export") await exportVersion(api, first ?? "", second ?? null, terminal);
    else
      await importFile(api, first ?? "", parsed.values.propose ? (parsed.values.note ?? "") : null, terminal);
    return 0;
  } catch (error) {
    terminal.complain(`${messageOf(error)}\n`);
    return 1;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `null` = not understood. */
function parse(args: readonly string[]) {
  try {
    const parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        propose: { type: "boolean", default: false },
        note: { type: "string" },
        tenant: { type: "string" },
      },
    });
    return isComplete(parsed) ? parsed : null;
  } catch {
    return null; // an unknown option
  }
}

function isComplete({
  positionals,
  values,
}: {
  positionals: string[];
  values: { propose: boolean; note?: string };
}) {
  const [command, ...rest] = positionals;
  if (values.propose !== (values.note !== undefined)) return false;
  if (values.propose && command !== "import") return false;
  if (command === "check") return rest.length > 0;
  if (command === "export") return rest.length === 1 || rest.length === 2;
  return command === "import" && rest.length === 1;
}

async function check(paths: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  for (const path of paths)
    try {
      const { definition } = await readScorecardFile(path);
      terminal.print(`${path}: ${definition.version} is valid.\n`);
    } catch (error) {
      terminal.complain(`${messageOf(error)}\n`);
      status = 1;
    }
  return status;
}

async function exportVersion(
  api: ScorecardApi,
  version: string,
  path: string | null,
  terminal: Terminal,
): Promise<void> {
  const found = await api.find(version);
  if (found === null) throw new Error(`There is no scorecard ${version}.`);
  const text = scorecardText({ definition: parseScorecard(found.definition), segments: found.segments });
  if (path === null) return terminal.print(text);
  await writeFile(path, text);
  terminal.print(`${version} was written to ${path}.\n`);
}

/** @param note why it is proposed; `null` = it stays a draft */
async function importFile(
  api: ScorecardApi,
  path: string,
  note: string | null,
  terminal: Terminal,
): Promise<void> {
  const file = await readScorecardFile(path);
  const { version } = file.definition;
  const known = await api.find(version);
  if (known === null) {
    await api.create(file);
    terminal.print(`${version} is a new draft.\n`);
  } else if (isSame(file, known)) {
    terminal.print(`${version} is there already and says the same.\n`);
  } else {
    await api.change(version, { ...file, revision: known.revision });
    terminal.print(`The draft ${version} was changed.\n`);
  }
  if (note === null || (known !== null && known.status !== "draft")) return;
  await api.propose(version, note);
  terminal.print(`${version} is proposed; a lead or an admin has to approve it.\n`);
}

function isSame(file: ScorecardFile, known: { definition: unknown; segments: readonly string[] }): boolean {
  const segments = file.segments ?? known.segments;
  const said = (definition: unknown, of: readonly string[]): string =>
    canonicalJson({ definition, segments: of.toSorted() });
  return said(file.definition, segments) === said(parseScorecard(known.definition), known.segments);
}
