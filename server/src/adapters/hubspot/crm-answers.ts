import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";

/** What we read of HubSpot's answers; further fields are welcome. */
const recordId = z.union([z.string(), z.int().transform(String)]).pipe(z.string().min(1).max(64));
const value = z
  .union([z.string(), z.number().transform(String), z.boolean().transform(String)])
  .nullable()
  .catch(null);
const next = z.object({ next: z.object({ after: z.string().or(z.number().transform(String)) }).optional() });

export const crmRecord = z.object({
  id: recordId,
  properties: z.record(z.string(), value).catch({}),
  propertiesWithHistory: z
    .record(z.string(), z.array(z.object({ value, timestamp: z.string() })).catch([]))
    .optional(),
  createdAt: z.string().optional(),
  updatedAt: z.string().optional(),
  archived: z.boolean().optional(),
  associations: z
    .record(
      z.string(),
      z.object({ results: z.array(z.object({ id: recordId, type: z.string() })), paging: next.optional() }),
    )
    .optional(),
});
export type CrmRecord = z.infer<typeof crmRecord>;

export const recordPage = z.object({
  results: z.array(crmRecord),
  paging: next.optional(),
  total: z.number().optional(),
});

const batchError = z.object({
  category: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  context: z.record(z.string(), z.array(z.string()).catch([])).optional().catch(undefined),
});
export type BatchError = z.infer<typeof batchError>;
export const batchAnswer = z.object({
  results: z.array(crmRecord).optional().default([]),
  errors: z.array(batchError).optional().default([]),
});

export const associationAnswer = z.object({
  results: z
    .array(
      z.object({
        from: z.object({ id: recordId }),
        to: z
          .array(
            z.object({
              toObjectId: recordId,
              associationTypes: z.array(z.object({ typeId: z.number().optional() })).optional(),
            }),
          )
          .optional()
          .default([]),
        paging: next.optional(),
      }),
    )
    .optional()
    .default([]),
  errors: z.array(batchError).optional().default([]),
});

export const propertyDefinitions = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      label: z.string().optional(),
      description: z.string().optional(),
      groupName: z.string().optional(),
      type: z.string().optional(),
      fieldType: z.string().optional(),
      options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
    }),
  ),
});
export type PropertyDefinition = z.infer<typeof propertyDefinitions>["results"][number];

export const pipelines = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      label: z.string().optional().default(""),
      stages: z
        .array(
          z.object({
            id: z.string(),
            label: z.string().optional().default(""),
            metadata: z.record(z.string(), value).optional().default({}),
          }),
        )
        .optional()
        .default([]),
    }),
  ),
});
export type Pipelines = z.infer<typeof pipelines>["results"];

/** @throws {PlatformError} `unavailable`: an answer of another shape is HubSpot's trouble or a proxy's, and may pass */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new PlatformError("unavailable", `HubSpot's answer to ${what} cannot be read at "${path}"`);
}
