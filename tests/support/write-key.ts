import { ADMIN_TOKEN } from "./one-company.ts";

/** A new write key of the server's only tenant. */
export async function createWriteKey(
  url: string,
  kind: "server" | "browser",
  name = "test",
): Promise<string> {
  const answer = await fetch(`${url}/api/v1/write-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ name, kind }),
  });
  if (answer.status !== 201) throw new Error(`no write key: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { writeKey: string }).writeKey;
}
