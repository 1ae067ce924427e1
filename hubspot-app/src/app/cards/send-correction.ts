import type { AccountHealthView, CorrectionEntry } from "@bellwether/shared";
import {
  callServer,
  type Failure,
  isObject,
  notUnderstood,
  type ServerCall,
  type ServerPlace,
} from "./call-server.ts";
import { readView } from "./read-view.ts";

export type CorrectionAnswer =
  /** `view` is the account's health with the correction counted. */
  { kind: "done"; view: AccountHealthView } | { kind: "failed"; failure: Failure };

/** Records what a person holds against a number. */
export const sendCorrection = (place: ServerPlace, entry: CorrectionEntry): Promise<CorrectionAnswer> =>
  change(place, "corrections", entry);

/** Takes a correction back; it stays on record, but no longer counts. */
export const withdrawCorrection = (place: ServerPlace, id: string): Promise<CorrectionAnswer> =>
  change(place, `corrections/${encodeURIComponent(id)}/withdraw`, {});

async function change(
  place: ServerPlace,
  path: string,
  body: NonNullable<ServerCall["body"]>,
): Promise<CorrectionAnswer> {
  const answer = await callServer(place, { path, body });
  if (answer.kind === "failed") return { kind: "failed", failure: answer.failure };
  const view = readView(isObject(answer.body) ? answer.body["health"] : null);
  return view === null ? { kind: "failed", failure: notUnderstood().failure } : { kind: "done", view };
}
