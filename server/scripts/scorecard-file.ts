import { readFile } from "node:fs/promises";
import {
  canonicalJson,
  DomainError,
  parseScorecard,
  type Scorecard,
  type Segment,
  segmentSchema,
} from "@bellwether/shared";
import { z } from "zod";

/** A scorecard as a file: for review and history in git. */
export interface ScorecardFile {
  definition: Scorecard;
  /** Absent = all. */
  segments?: Segment[] | undefined;
}

const wrapped = z.object({
  segments: z.array(segmentSchema).min(1).optional(),
  definition: z.record(z.string(), z.unknown()),
});

/** Reads `{segments, definition}`, or a definition alone. @throws {Error} naming the file and what is wrong with it */
export async function readScorecardFile(path: string): Promise<ScorecardFile> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const value = jsonOf(path, text);
  const isWrapped = typeof value === "object" && value !== null && "definition" in value;
  const parsed = isWrapped ? wrapped.safeParse(value) : null;
  if (parsed?.success === false) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  try {
    return {
      definition: parseScorecard(parsed ? parsed.data.definition : value),
      segments: parsed?.data.segments,
    };
  } catch (error) {
    if (error instanceof DomainError) throw new Error(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The same scorecard is the same text, whatever order its parts came in: a difference in git is a difference. */
export function scorecardText({ definition, segments }: ScorecardFile): string {
  const sorted: unknown = JSON.parse(canonicalJson({ segments, definition }));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
