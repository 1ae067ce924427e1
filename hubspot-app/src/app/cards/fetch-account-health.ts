import type { AccountHealthView } from "@bellwether/shared";
import { callServer, type Failure, notUnderstood, type ServerPlace } from "./call-server.ts";
import { readView } from "./read-view.ts";

export type HealthAnswer =
  | { kind: "view"; view: AccountHealthView }
  /** The record belongs to no account, or to none that the reader may see: the server does not say which. */
  | { kind: "not_matched" }
  | { kind: "failed"; failure: Failure };

/** Health of the account that a record belongs to. */
export async function fetchAccountHealth(place: ServerPlace): Promise<HealthAnswer> {
  const answer = await callServer(place, { path: "account-health" });
  if (answer.kind === "failed") {
    return answer.code === "not_found"
      ? { kind: "not_matched" }
      : { kind: "failed", failure: answer.failure };
  }
  const view = readView(answer.body);
  return view === null ? { kind: "failed", failure: notUnderstood().failure } : { kind: "view", view };
}
