import { type RecordRef, recordRef } from "@bellwether/shared";

/** `hubspot:company:123` back into its parts. @throws when the text is not a key of ours */
export function refOf(key: string): RecordRef {
  const [platform, objectType, ...id] = key.split(":");
  return recordRef.parse({ platform, objectType, id: id.join(":") });
}
