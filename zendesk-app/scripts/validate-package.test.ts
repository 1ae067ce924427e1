import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageApp } from "./package-app.ts";
import { type PackageFiles, readFolder, readPackage } from "./package-files.ts";
import { packagedManifest } from "./packaged-manifest.ts";
import { describeFinding, hasErrors, validatePackage } from "./validate-package.ts";
import { writeZip } from "./write-zip.ts";

const SOURCE = join(import.meta.dirname, "../src");
type Json = Record<string, unknown>;
let manifest: Json;
let translations: Json;
let images: ReadonlyMap<string, Buffer>;

beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(SOURCE, "manifest.json"), "utf8"));
  translations = JSON.parse(await readFile(join(SOURCE, "translations/en.json"), "utf8"));
  const read = async (name: string) =>
    [`assets/${name}`, await readFile(join(SOURCE, "assets", name))] as const;
  images = new Map(await Promise.all(["logo.png", "logo-small.png", "logo.svg"].map(read)));
});

/** A package that passes, with some files put in or (`null`) taken out. */
function packageWith(changes: Readonly<Record<string, string | Buffer | null>> = {}): PackageFiles {
  const files = new Map<string, string | Buffer>([
    ["manifest.json", JSON.stringify(manifest)],
    ["translations/en.json", JSON.stringify(translations)],
    ["assets/index.html", "<!doctype html>"],
    ...images,
  ]);
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) files.delete(path);
    else files.set(path, content);
  }
  return new Map(
    [...files].map(([path, content]) => [path, { bytes: Buffer.from(content), isSymlink: false }]),
  );
}
const withManifest = (changes: Json): PackageFiles =>
  packageWith({ "manifest.json": JSON.stringify({ ...manifest, ...changes }) });
const withTranslations = (app: unknown, rest: Json = {}): PackageFiles =>
  packageWith({ "translations/en.json": JSON.stringify({ app, ...rest }) });
const support = (locations: Json): PackageFiles => withManifest({ location: { support: locations } });
const withRequirements = (requirements: unknown): PackageFiles =>
  packageWith({ "requirements.json": JSON.stringify(requirements) });
const withParameter = (parameter: Json): PackageFiles => withManifest({ parameters: [parameter] });

const lines = (files: PackageFiles, level: string): string[] =>
  validatePackage(files)
    .filter((finding) => finding.level === level)
    .map(describeFinding);
const errors = (files: PackageFiles): string[] => lines(files, "error");
const warnings = (files: PackageFiles): string[] => lines(files, "warning");

describe("a package", () => {
  it("of this app passes", () => {
    expect(errors(packageWith())).toEqual([]);
  });

  it.each<[string, () => PackageFiles]>([
    [
      "with an https address as location",
      () => support({ nav_bar: "https://a.test/x", top_bar: "https://b.test" }),
    ],
  ])("is refused only for the icons that are missing, %s", (_, make) => {
    expect(errors(make())).toEqual([
      "error: assets/icon_nav_bar.svg is missing",
      "error: assets/icon_top_bar.svg is missing",
    ]);
  });

  it.each<[string, () => PackageFiles]>([
    [
      "a setting inside of an address",
      () => support({ modal: { url: "http://{{setting.host}}/a", autoLoad: false } }),
    ],
    ["an address on localhost", () => support({ modal: "http://localhost:4567/index.html" })],
    ["a fragment after the page", () => support({ modal: "assets/index.html#why" })],
    ["two products with folders of their own", twoProducts],
    ["requirements alone", () => bare({ requirementsOnly: true })],
    ["all kinds of requirements", () => withRequirements(GOOD_REQUIREMENTS)],
    ["texts in translators' form", () => withTranslations(PACKAGED_TEXTS)],
    ["an oauth parameter for its oauth", withOauth],
    ["a banner", () => packageWith({ "assets/banner.png": pngOf(830, 200) })],
  ])("is accepted with %s", (_, make) => {
    expect(errors(make())).toEqual([]);
  });

  it.each<[string, () => PackageFiles, RegExp]>([
    ["no manifest", () => packageWith({ "manifest.json": null }), /manifest.json is missing/],
    [
      "a nested manifest",
      () => packageWith({ "manifest.json": null, "app/manifest.json": "{}" }),
      /is not at the root, but at app/,
    ],
    ["a manifest that is no JSON", () => packageWith({ "manifest.json": "{," }), /is not JSON/],
    ["a list as manifest", () => packageWith({ "manifest.json": "[]" }), /is not a JSON object/],
    ["a repeated key", repeatedKey, /has the key "version" twice/],
    ["framework 1", () => withManifest({ frameworkVersion: "1.0" }), /frameworkVersion/],
    ["no framework", () => withManifest({ frameworkVersion: undefined }), /frameworkVersion is missing/],
    ["no author", () => withManifest({ author: undefined }), /author/],
    [
      "an author's page that is none",
      () => withManifest({ author: { name: "a", email: "b", url: "c" } }),
      /author.url/,
    ],
    ["a strange locale", () => withManifest({ defaultLocale: "English" }), /is not a locale/],
    [
      "an untranslated locale",
      () => withManifest({ defaultLocale: "de" }),
      /translations\/de.json is missing/,
    ],
    ["a word for a boolean", () => withManifest({ private: "false" }), /private/],
    [
      "an address as whitelisted host",
      () => withManifest({ domainWhitelist: ["https://a.test"] }),
      /domainWhitelist.0/,
    ],
    ["noTemplate", () => withManifest({ noTemplate: true }), /noTemplate/],
    [
      "an experiment in public",
      () => withManifest({ private: false, experiments: { new: true } }),
      /experiments.new/,
    ],
    ["oauth without its parameter", () => withManifest({ oauth: OAUTH }), /parameter of type oauth/],
    ["code in an app without", () => withManifest({ requirementsOnly: true }), /index.html is code/],
    ["a private marketing app", () => bare({ marketingOnly: true }), /must not be private/],
    ["no location", () => withManifest({ location: undefined }), /location is missing/],
    [
      "an unknown product",
      () => withManifest({ location: { guide: {} } }),
      /location.guide is not a product/,
    ],
    ["an unknown location", () => support({ sidebar: "assets/index.html" }), /sidebar is not a location/],
    [
      "an unknown option",
      () => support({ modal: { url: "assets/index.html", color: "red" } }),
      /modal.color/,
    ],
    [
      "a size in ems",
      () => support({ modal: { url: "assets/index.html", size: { width: "3em" } } }),
      /modal.size/,
    ],
    [
      "a page that is not there",
      () => support({ modal: "assets/other.html" }),
      /other.html is not in the package/,
    ],
    ["a page outside of assets", () => support({ modal: "index.html" }), /does not begin with assets/],
    ["a page without https", () => support({ modal: "http://a.test" }), /must be https/],
    ["a location without page", () => support({ modal: { autoLoad: false } }), /has no url/],
    [
      "an unknown type of parameter",
      () => withParameter({ name: "a", type: "dropdown" }),
      /dropdown is not a type/,
    ],
    [
      "a removed type of parameter",
      () => withParameter({ name: "a", type: "password" }),
      /password is not a type/,
    ],
    ["a parameter called name", () => withParameter({ name: "name", type: "text" }), /keeps this name/],
    [
      "a hidden required parameter",
      () => withParameter({ name: "a", type: "hidden", required: true }),
      /hidden/,
    ],
    [
      "scopes on an open parameter",
      () => withParameter({ name: "a", type: "text", scopes: ["url"] }),
      /only secure/,
    ],
    [
      "unknown scopes",
      () => withParameter({ name: "a", type: "text", secure: true, scopes: ["cookie"] }),
      /scopes are wrong/,
    ],
    [
      "no scope at all",
      () => withParameter({ name: "a", type: "text", secure: true, scopes: [] }),
      /scopes are wrong/,
    ],
    [
      "a parameter twice",
      () =>
        withManifest({
          parameters: [
            { name: "a", type: "text" },
            { name: "a", type: "url" },
          ],
        }),
      /a is there twice/,
    ],
    [
      "two oauth parameters",
      () => withManifest({ parameters: ["a", "b"].map((name) => ({ name, type: "oauth" })) }),
      /more than one oauth/,
    ],
    ["no name in the texts", () => withTranslations({}), /app.name is missing/],
    ["no texts", () => packageWith({ "translations/en.json": "{}" }), /no app section/],
    [
      "a parameter without label",
      () => withTranslations({ name: "a", parameters: { b: {} } }),
      /b.label is missing/,
    ],
    [
      "a bare text in translators' form",
      () => withTranslations(PACKAGED_TEXTS, { ui: { retry: "Again" } }),
      /ui.retry must be/,
    ],
    [
      "a file named after no locale",
      () => packageWith({ "translations/english.json": "{}" }),
      /not named after a locale/,
    ],
    [
      "texts for a product that is not there",
      () => withTranslations({ name: "a", chat: { name: "b" } }),
      /app.chat is a product/,
    ],
    ["no logo", () => packageWith({ "assets/logo.png": null }), /logo.png is missing/],
    [
      "a logo of a wrong size",
      () => packageWith({ "assets/logo.png": pngOf(128, 128) }),
      /128×128 instead of 320×320/,
    ],
    ["a logo that is no PNG", () => packageWith({ "assets/logo.png": "GIF89a" }), /is not a PNG/],
    [
      "a banner of a wrong size",
      () => packageWith({ "assets/banner.png": pngOf(800, 200) }),
      /800×200 instead of 830×200 or 1660×400/,
    ],
    [
      "an icon without viewBox",
      () => packageWith({ "assets/icon_nav_bar.svg": "<svg></svg>" }),
      /no viewBox/,
    ],
    ["an unaccepted asset", () => packageWith({ "assets/app.ts": "1" }), /not an accepted type/],
    ["an archive", () => packageWith({ "docs.zip": "x" }), /forbidden type/],
    [
      "an archive in disguise",
      () => packageWith({ "assets/logo.svg": Buffer.from("504b0304", "hex") }),
      /is a zip/,
    ],
    ["a path that leads out", () => packageWith({ "assets/../../x.js": "1" }), /leads out/],
    ["an unknown requirement", () => withRequirements({ apps: {} }), /apps is not a type of requirement/],
    ["a removed requirement", () => withRequirements({ custom_objects: {} }), /no longer exist/],
    ["a requirement without title", () => withRequirements({ triggers: { a: {} } }), /triggers.a.title/],
    [
      "a field without key",
      () => withRequirements({ user_fields: { a: { title: "A" } } }),
      /user_fields.a.key/,
    ],
    ["a webhook without endpoint", () => withRequirements({ webhooks: { a: { name: "A" } } }), /a.endpoint/],
    [
      "a target over http",
      () => withRequirements({ targets: { a: { title: "A", type: "http_target" } } }),
      /use a webhook/,
    ],
    [
      "a custom object with a setting",
      () => withRequirements({ custom_objects_v2: { objects: ["{{setting.a}}"] } }),
      /refer to settings/,
    ],
    [
      "a repeated requirement",
      () => packageWith({ "requirements.json": '{"views":{},"views":{}}' }),
      /"views" twice/,
    ],
  ])("is refused with %s", (_, make, message) => {
    expect(errors(make()).join("\n")).toMatch(message);
  });

  it.each<[string, () => PackageFiles, RegExp]>([
    [
      "an address without TLS",
      () => packageWith({ "assets/a.js": "fetch('http://a.test')" }),
      /http:\/\/a.test/,
    ],
    [
      "a suspicious word",
      () => packageWith({ "assets/a.js": "const api_key = 1" }),
      /suspicious words: api_key/,
    ],
    ["a cloud key", () => packageWith({ "assets/a.js": `"AKIA${"A".repeat(16)}"` }), /AWS access key/],
    [
      "a private key",
      () => packageWith({ "assets/a.css": "-----BEGIN RSA PRIVATE KEY-----" }),
      /private key/,
    ],
    ["a secret in the open", () => withParameter({ name: "api_token", type: "text" }), /named like a secret/],
    [
      "a secure parameter without scopes",
      () => withParameter({ name: "a", type: "text", secure: true }),
      /without scopes/,
    ],
    [
      "a preset secret",
      () => withParameter({ name: "a", type: "text", secure: true, scopes: ["url"], default: "x" }),
      /in clear/,
    ],
    ["a picture in an SVG", () => packageWith({ "assets/a.svg": "<svg><image/></svg>" }), /holds a picture/],
    ["a script in an SVG", () => packageWith({ "assets/a.svg": "<svg onload='x'/>" }), /holds script/],
    ["an opaque logo", () => packageWith({ "assets/logo.png": pngOf(320, 320, 2) }), /no transparency/],
  ])("passes with a warning for %s", (_, make, message) => {
    expect(errors(make())).toEqual([]);
    expect(warnings(make()).join("\n")).toMatch(message);
  });

  it("needs all texts of the listing once it is public", () => {
    const files = packageWith({
      "manifest.json": JSON.stringify({ ...manifest, private: false }),
      "translations/en.json": JSON.stringify({ app: { name: "a" } }),
    });
    expect(errors(files)).toHaveLength(3);
    expect(errors(withManifest({ private: false }))).toEqual([]);
  });

  it("is refused with a symbolic link, unpacked", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bellwether-link-"));
    await writeFile(join(folder, "target.json"), "{}");
    await symlink("target.json", join(folder, "link.json"));
    const findings = validatePackage(await readFolder(folder));
    await rm(folder, { recursive: true });
    expect(findings.map(describeFinding)).toContain("error: link.json is a symbolic link");
  });
});

describe("a zip", () => {
  it("holds what went in, and is the same whenever it is made", () => {
    const files = packageWith();
    const reversed = new Map([...files].reverse());
    expect(writeZip(reversed)).toEqual(writeZip(files));
    const read = readPackage(writeZip(files));
    for (const [path, { bytes }] of files) expect(read.get(path)?.bytes).toEqual(bytes);
    expect(read.size).toBe(files.size);
  });

  it("is refused with a symbolic link inside", () => {
    const zip = writeZip(new Map([["link.js", { bytes: Buffer.from("/etc/passwd") }]]));
    const attributes = zip.lastIndexOf(Buffer.from("504b0102", "hex")) + 38;
    zip.writeUInt32LE((0o120777 << 16) >>> 0, attributes);
    expect(hasErrors(validatePackage(readPackage(zip)).filter(({ where }) => where === "link.js"))).toBe(
      true,
    );
  });

  it.each<[string, (zip: Buffer) => Buffer, RegExp]>([
    ["cut off", (zip) => zip.subarray(0, -10), /not a zip/],
    ["empty", () => Buffer.alloc(0), /not a zip/],
    ["damaged", (zip) => Buffer.from(zip).fill(0, 45, 60), /damaged|invalid|incorrect|header/],
  ])("that is %s is named so", (_, spoil, message) => {
    expect(() => readPackage(spoil(writeZip(packageWith())))).toThrow(message);
  });
});

describe("the packaged manifest", () => {
  const source = () => structuredClone(manifest) as Parameters<typeof packagedManifest>[0];

  it("asks each installation for its server when none is fixed", () => {
    const packaged = packagedManifest(source(), { apiUrl: null, isPublic: false });
    expect(packaged.domainWhitelist).toEqual(["{{setting.api_host}}"]);
    expect(packaged["private"]).toBe(true);
  });

  it("lets the secret go to a fixed server only", () => {
    const packaged = packagedManifest(source(), { apiUrl: "https://b.test:8443/", isPublic: true });
    expect(packaged.domainWhitelist).toEqual(["b.test:8443"]);
    expect(packaged.parameters.map(({ name }) => name)).toEqual(["api_url", "app_secret"]);
    expect(packaged["private"]).toBe(false);
  });

  it.each(["http://b.test", "b.test", "https://b.test/path", ""])("refuses %s as server", (apiUrl) => {
    expect(() => packagedManifest(source(), { apiUrl, isPublic: false })).toThrow(/is not an address/);
  });
});

describe("the built app", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bellwether-package-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is packed to the same bytes twice, and passes unpacked and packed", async () => {
    const out = join(folder, "dist");
    const first = await packageApp(out, { apiUrl: null, isPublic: false });
    const bytes = await readFile(first.zipPath);
    const second = await packageApp(out, { apiUrl: null, isPublic: false });
    expect(await readFile(second.zipPath)).toEqual(bytes);
    const unpacked = await readFolder(out, ["bellwether-zendesk-app.zip"]);
    expect(errors(unpacked)).toEqual([]);
    expect([...readPackage(bytes).keys()].sort()).toEqual([...unpacked.keys()].sort());
  });

  it("refers to its own files relatively and to Zendesk's SDK on its server", async () => {
    const page = (await readFolder(join(folder, "dist"))).get("assets/index.html")?.bytes.toString() ?? "";
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses.filter((address) => !address?.startsWith("./"))).toEqual([
      "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js",
    ]);
  });

  it("is judged the same from the command line", async () => {
    const zip = join(folder, "dist/bellwether-zendesk-app.zip");
    const validate = (path: string) =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, "validate-package.ts"), path]);
    expect((await validate(zip)).stdout).not.toContain("error:");
    await expect(validate(join(folder, "dist/assets"))).rejects.toMatchObject({ code: 1 });
  });
});

const OAUTH = { client_id: "a", client_secret: "b", authorize_uri: "c", access_token_uri: "d" };
const PACKAGED_TEXTS = { package: "bellwether", name: { title: "The app's name", value: "Bellwether" } };
const GOOD_REQUIREMENTS = {
  organization_fields: { band: { key: "band", title: "Band", type: "dropdown" } },
  webhooks: {
    hook: { name: "a", status: "active", endpoint: "b", http_method: "POST", request_format: "json" },
  },
  custom_objects_v2: {
    objects: [{ key: "a", title: "A", title_pluralized: "As", include_in_list_view: true }],
    object_fields: [{ key: "b", title: "B", type: "text", object_key: "a" }],
    object_triggers: [],
  },
};

function repeatedKey(): PackageFiles {
  const text = JSON.stringify(manifest).replace("{", '{"version":"1.0.0",');
  return packageWith({ "manifest.json": text });
}

function withOauth(): PackageFiles {
  return withManifest({ oauth: OAUTH, parameters: [{ name: "token", type: "oauth" }] });
}

function twoProducts(): PackageFiles {
  const pictures = [...images].flatMap(([path, bytes]) =>
    ["support", "chat"].map((product) => [path.replace("assets/", `assets/${product}/`), bytes] as const),
  );
  const location = { support: { modal: "assets/index.html" }, chat: { chat_sidebar: "assets/index.html" } };
  return packageWith({
    ...Object.fromEntries(pictures),
    "manifest.json": JSON.stringify({ ...manifest, location }),
  });
}

function bare(purpose: Json): PackageFiles {
  const { location: _, frameworkVersion: __, ...rest } = manifest;
  return packageWith({
    "manifest.json": JSON.stringify({ ...rest, ...purpose }),
    "assets/index.html": null,
  });
}

/** The head of a PNG is all that the rules look at. @param colourType 6 = with transparency, 2 = without */
function pngOf(width: number, height: number, colourType = 6): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write("89504e470d0a1a0a0000000d49484452", "hex");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, colourType], 24);
  return bytes;
}
