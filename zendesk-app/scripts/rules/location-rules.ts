import type { PackageFiles } from "../package-files.ts";
import { error, type Finding, isObject, type JsonObject, type Rule } from "./app-package.ts";

const MANIFEST = "manifest.json";
/** Product names, old ones too. */
export const PRODUCTS: Readonly<Record<string, string>> = {
  support: "support",
  zendesk: "support",
  chat: "chat",
  zopim: "chat",
  standalone_chat: "standalone_chat",
  sell: "sell",
  lotus_box: "sell",
};
const SUPPORT_LOCATIONS = [
  "ticket_sidebar",
  "new_ticket_sidebar",
  "user_sidebar",
  "organization_sidebar",
  "nav_bar",
  "top_bar",
  "background",
  "modal",
  "ticket_editor",
  "system_top_bar",
  "custom_object_record_sidebar",
];
const ICON_LOCATIONS = ["nav_bar", "top_bar", "ticket_editor"];
const OPTIONS: Readonly<Record<string, (value: unknown) => boolean>> = {
  url: (value) => typeof value === "string",
  flexible: (value) => typeof value === "boolean",
  autoLoad: (value) => typeof value === "boolean",
  autoHide: (value) => typeof value === "boolean",
  signed: (value) => typeof value === "boolean",
  size: (value) => isObject(value) && Object.values(value).every((side) => /^\d+px$/.test(String(side))),
  objectTypes: (value) => Array.isArray(value) && value.every((type) => typeof type === "string"),
};

interface Placed {
  product: string;
  location: string;
  options: JsonObject;
}

export const locationRule: Rule = ({ manifest, files }) => {
  const { placed, findings } = placesOf(manifest);
  return [
    ...findings,
    ...placed.flatMap(({ location, options }) => optionFindings(location, options)),
    ...placed.flatMap(({ location, options }) => urlFindings(location, options["url"], files)),
    ...iconFindings(placed, files),
  ];
};

/** The products that an app has places in, by their present names. */
export const productsOf = (manifest: JsonObject): string[] => [
  ...new Set(placesOf(manifest).placed.map(({ product }) => product)),
];

function placesOf(manifest: JsonObject): { placed: Placed[]; findings: Finding[] } {
  const placed: Placed[] = [];
  const findings: Finding[] = [];
  const products = isObject(manifest["location"]) ? manifest["location"] : {};
  for (const [key, locations] of Object.entries(products)) {
    const product = PRODUCTS[key];
    if (!product) findings.push(error(MANIFEST, `location.${key} is not a product`));
    else if (!isObject(locations)) findings.push(error(MANIFEST, `location.${key} is not an object`));
    else {
      for (const [location, given] of Object.entries(locations)) {
        if (product === "support" && !SUPPORT_LOCATIONS.includes(location))
          findings.push(error(MANIFEST, `${location} is not a location of ${product}`));
        placed.push({ product, location, options: isObject(given) ? given : { url: given } });
      }
    }
  }
  return { placed, findings };
}

const optionFindings = (location: string, options: JsonObject): Finding[] =>
  Object.entries(options).flatMap(([name, value]) => {
    const isGood = OPTIONS[name];
    if (!isGood) return [error(MANIFEST, `${location}.${name} is not an option of a location`)];
    return isGood(value) ? [] : [error(MANIFEST, `${location}.${name} has a wrong value`)];
  });

function urlFindings(location: string, url: unknown, files: PackageFiles): Finding[] {
  if (url === undefined || url === "") return [error(MANIFEST, `${location} has no url`)];
  if (typeof url !== "string" || url.includes("{{setting.")) return [];
  if (!URL.canParse(url)) {
    const path = url.replace(/[?#].*$/, "");
    if (!path.startsWith("assets/"))
      return [error(MANIFEST, `${location}: ${url} does not begin with assets/`)];
    return files.has(path) ? [] : [error(MANIFEST, `${location}: ${path} is not in the package`)];
  }
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || hostname === "localhost") return [];
  return [error(MANIFEST, `${location}: ${url} must be https`)];
}

/** With several products, each has its icons in a folder of its own. */
function iconFindings(placed: readonly Placed[], files: PackageFiles): Finding[] {
  const isSplit = new Set(placed.map(({ product }) => product)).size > 1;
  return placed
    .filter(({ location }) => ICON_LOCATIONS.includes(location))
    .map(({ product, location }) => `assets/${isSplit ? `${product}/` : ""}icon_${location}.svg`)
    .filter((path) => !files.has(path))
    .map((path) => error(path, "is missing"));
}
