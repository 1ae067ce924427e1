import { dirname, relative, resolve } from "node:path";
import { parseSync } from "@swc/core";

/*
 * What HubSpot's worker or build refuses in a card's source, checked on the syntax tree. The same ground as the
 * rules of HubSpot's linter, which needs a linter of its own.
 */

export interface Violation {
  rule:
    | "html_element"
    | "browser_global"
    | "dialog"
    | "native_http"
    | "parent_import"
    | "value_from_workspace"
    | "experimental_import"
    | "node_module"
    | "import_meta"
    | "console";
  /** What was found, as written. */
  found: string;
}

const GLOBALS: Record<string, Violation["rule"]> = {
  window: "browser_global",
  document: "browser_global",
  navigator: "browser_global",
  location: "browser_global",
  localStorage: "browser_global",
  sessionStorage: "browser_global",
  indexedDB: "browser_global",
  globalThis: "browser_global",
  self: "browser_global",
  process: "browser_global",
  alert: "dialog",
  confirm: "dialog",
  prompt: "dialog",
  fetch: "native_http",
  XMLHttpRequest: "native_http",
  WebSocket: "native_http",
  EventSource: "native_http",
  console: "console",
};

/**
 * @param code TypeScript with JSX
 * @param path of the file, absolute
 * @param folder the component folder, which imports must not leave
 */
export function violationsIn(code: string, path: string, folder: string): Violation[] {
  const found: Violation[] = [];
  const module: unknown = parseSync(code, { syntax: "typescript", tsx: true });
  visit(module, (node) => {
    if (node["type"] === "ImportDeclaration") found.push(...importViolations(node, path, folder));
    const violation = elementViolation(node) ?? globalViolation(node);
    if (violation) found.push(violation);
  });
  return found;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Every node once; of members (`a.b`) and keys only what can name a global. */
function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
    return;
  }
  if (!isNode(value)) return;
  see(value);
  for (const [key, child] of Object.entries(value)) {
    const isName = key === "property" || key === "key";
    if (isName && isNode(child) && child["type"] === "Identifier") continue;
    visit(child, see);
  }
}

function importViolations(node: Node, path: string, folder: string): Violation[] {
  const source = String(isNode(node["source"]) ? node["source"]["value"] : "");
  const violation = (rule: Violation["rule"]): Violation[] => [{ rule, found: source }];
  if (node["typeOnly"] === true) return []; // gone after the build
  if (source.startsWith("@bellwether/")) return violation("value_from_workspace");
  if (source.startsWith("@hubspot/ui-extensions/experimental")) return violation("experimental_import");
  if (source.startsWith("node:")) return violation("node_module");
  const isOutside = relative(folder, resolve(dirname(path), source)).startsWith("..");
  return source.startsWith(".") && isOutside ? violation("parent_import") : [];
}

function elementViolation(node: Node): Violation | null {
  const name = node["name"];
  if (node["type"] !== "JSXOpeningElement" || !isNode(name)) return null;
  const text = String(name["value"] ?? "");
  return /^[a-z]/.test(text) ? { rule: "html_element", found: text } : null;
}

function globalViolation(node: Node): Violation | null {
  if (node["type"] === "MetaProperty") return { rule: "import_meta", found: String(node["kind"]) };
  if (node["type"] !== "Identifier") return null;
  const name = String(node["value"]);
  // Object.hasOwn, because `constructor` and the like are identifiers too
  const rule = Object.hasOwn(GLOBALS, name) ? GLOBALS[name] : undefined;
  return rule ? { rule, found: name } : null;
}
