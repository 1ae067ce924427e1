import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { Connection, Log, OnRecreated, WriteBackGateway } from "../../services/ports.ts";
import type { ZendeskClient } from "./client.ts";
import { provisionOrganizationFields, provisionTicketField } from "./provision-fields.ts";
import { provisionWebhook } from "./provision-webhook.ts";

export interface ProvisionDeps {
  client: ZendeskClient;
  connection: Connection;
  publicUrl: string;
  log: Log;
  /** Fields were missing, and are there again without their values. */
  onRecreated?: OnRecreated | undefined;
}

type Provisioned = Awaited<ReturnType<WriteBackGateway["provision"]>>;

/**
 * Sets up fields and webhook. A part that the token's user has no right to, or that Zendesk refuses, is reported and
 * does not take the others with it.
 * @throws {PlatformError} when the token is refused, or Zendesk cannot be reached now: all is tried again later
 */
export async function provisionZendesk({
  client,
  connection,
  publicUrl,
  log,
  onRecreated,
}: ProvisionDeps): Promise<Provisioned> {
  const { ticketFieldId, webhookId } = connection.config;
  const problems: string[] = [];
  const part = async <T>(what: string, run: () => Promise<T>): Promise<T | null> => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PlatformError) || !(error.kind === "forbidden" || error.kind === "rejected"))
        throw error;
      problems.push(`${what} could not be set up: ${explain(error)}`);
      return null;
    }
  };
  const actorId = await part("the identity of the token's user", () => readActor(client));
  const fields = await part("organization fields", () => provisionOrganizationFields(client));
  problems.push(...(fields?.problems ?? []));
  await onRecreated?.(connection.id, fields?.created ?? []);
  const fieldId = await part("the ticket field", () => provisionTicketField(client, ticketFieldId));
  const webhook = await part("the webhook", () =>
    provisionWebhook(client, { publicUrl, connectionId: connection.id, knownId: webhookId }),
  );
  for (const problem of problems)
    log.warn(
      { connectionId: connection.id, platform: "zendesk" },
      `Zendesk ${connection.externalId}: ${problem}`,
    );
  return {
    config: {
      ...(actorId !== null && { actorId }),
      ...(fieldId !== null && { ticketFieldId: fieldId }),
      ...(webhook !== null && { webhookId: webhook.webhookId }),
    },
    webhookSecret: webhook?.webhookSecret ?? null,
    problems,
  };
}

const explain = (error: PlatformError): string =>
  error.kind === "forbidden" ? "an admin of the Zendesk account has to connect it" : error.message;

const me = z.object({
  user: z.object({ id: z.union([z.int().positive().transform(String), z.string().regex(/^[1-9]\d*$/)]) }),
});
const readActor = async (client: ZendeskClient): Promise<string> =>
  (await client.get(["users", "me"], me)).user.id;
