import type { RecordRef } from "@bellwether/shared";
import { z } from "zod";
import { storableJson } from "../platform/storable-json.ts";

const envelope = z.object({
  type: z.string(),
  account_id: z.unknown(),
  id: z.string(),
  time: z.unknown(),
  zendesk_event_version: z.unknown(),
  subject: z.unknown(),
});
const detail = z
  .looseObject({ id: z.unknown(), requester_id: z.unknown(), submitter_id: z.unknown() })
  .catch({ id: null, requester_id: null, submitter_id: null });

/**
 * A stored event without its content, where it is about one of these records or, for a person, about a ticket that
 * the person wrote; `null` = it is about none of them.
 */
export function forgetInEvent(body: Buffer, refs: readonly RecordRef[]): Buffer | null {
  const json: unknown = JSON.parse(body.toString("utf8"));
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return null;
  const said = detail.parse(z.looseObject({ detail: z.unknown() }).parse(json).detail);
  const isAbout = ({ objectType, id }: RecordRef): boolean => {
    if (parsed.data.type.startsWith(`zen:event-type:${objectType}.`) && String(said.id) === id) return true;
    return objectType === "user" && [said.requester_id, said.submitter_id].some((by) => String(by) === id);
  };
  if (!refs.some(isAbout)) return null;
  return Buffer.from(JSON.stringify(storableJson({ ...parsed.data, detail: { id: said.id }, event: {} })));
}
