import { error, type Finding, isObject, type JsonObject, type Rule, readJsonObject } from "./app-package.ts";

const FILE = "requirements.json";
const UNTITLED = ["channel_integrations", "custom_objects", "webhooks", "custom_objects_v2"];
const TYPES = [
  ...UNTITLED,
  "automations",
  "macros",
  "targets",
  "views",
  "ticket_fields",
  "triggers",
  "user_fields",
  "organization_fields",
];
const WEBHOOK_KEYS = ["name", "status", "endpoint", "http_method", "request_format"];
const MAX_REQUIREMENTS = 5_000;
const MAX_CUSTOM_OBJECT_BYTES = 1024 * 1024;
const NEEDED_IN_CUSTOM_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  objects: ["key", "title", "title_pluralized", "include_in_list_view"],
  object_fields: ["key", "title", "type", "object_key"],
  object_triggers: [],
};

export const requirementRule: Rule = ({ files }) => {
  if (!files.has(FILE)) return [];
  const { value, findings } = readJsonObject(files, FILE);
  if (!value) return findings;
  const total = Object.values(value).reduce<number>(
    (sum, entries) => sum + (isObject(entries) ? Object.keys(entries).length : 0),
    0,
  );
  if (total > MAX_REQUIREMENTS) findings.push(error(FILE, `has more than ${MAX_REQUIREMENTS} requirements`));
  return [...findings, ...Object.entries(value).flatMap(([type, entries]) => typeFindings(type, entries))];
};

function typeFindings(type: string, entries: unknown): Finding[] {
  if (!TYPES.includes(type)) return [error(FILE, `${type} is not a type of requirement`)];
  if (!isObject(entries)) return [error(FILE, `${type} is not an object`)];
  if (type === "custom_objects")
    return [error(FILE, "custom_objects no longer exist; use custom_objects_v2")];
  if (type === "custom_objects_v2") return customObjectFindings(entries);
  return Object.entries(entries).flatMap(([id, entry]) =>
    isObject(entry) ? entryFindings(type, id, entry) : [error(FILE, `${type}.${id} is not an object`)],
  );
}

function entryFindings(type: string, id: string, entry: JsonObject): Finding[] {
  const needed = [
    ...(UNTITLED.includes(type) ? [] : ["title"]),
    ...(type === "user_fields" || type === "organization_fields" ? ["key"] : []),
    ...(type === "webhooks" ? WEBHOOK_KEYS : []),
  ];
  const findings = needed
    .filter((key) => !(key in entry))
    .map((key) => error(FILE, `${type}.${id}.${key} is missing`));
  if (type === "targets" && ["http_target", "url_target_v2"].includes(String(entry["type"])))
    findings.push(error(FILE, `${type}.${id}: use a webhook instead of ${String(entry["type"])}`));
  return findings;
}

function customObjectFindings(entries: JsonObject): Finding[] {
  const text = JSON.stringify(entries);
  const findings: Finding[] = [];
  if (Buffer.byteLength(text) > MAX_CUSTOM_OBJECT_BYTES)
    findings.push(error(FILE, "custom_objects_v2 is over 1 MB"));
  if (text.includes("{{setting.")) findings.push(error(FILE, "custom_objects_v2 cannot refer to settings"));
  for (const [part, list] of Object.entries(entries)) {
    const needed = NEEDED_IN_CUSTOM_OBJECTS[part];
    if (!needed || !Array.isArray(list))
      findings.push(error(FILE, `custom_objects_v2.${part} is not a list of it`));
    else findings.push(...list.flatMap((item, i) => itemFindings(part, i, item, needed)));
  }
  return findings;
}

const itemFindings = (part: string, index: number, item: unknown, needed: readonly string[]): Finding[] =>
  needed
    .filter((key) => !isObject(item) || !(key in item))
    .map((key) => error(FILE, `custom_objects_v2.${part}[${index}].${key} is missing`));
