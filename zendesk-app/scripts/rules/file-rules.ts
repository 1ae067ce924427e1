import type { PackageFile } from "../package-files.ts";
import { error, type Finding, type Rule, warning } from "./app-package.ts";
import { productsOf } from "./location-rules.ts";

const ASSET = /\.(png|jpe?g|gif|svg|js|html?|css|map|eot|woff2?|otf|ttf|json|xml|hbs|hdbs)$/i;
const FORBIDDEN = /\.(rar|zip|gz|gzip|pdf|docx?|avi|bin|bz2?|csh|sh|jar|mp3|mpe?g|odt|pptx?|xlsx?|7z)$/i;
/** First bytes of the same kinds of file, whatever they are called. */
const MAGIC: readonly (readonly [kind: string, start: string])[] = [
  ["zip, jar or office", "504b0304"],
  ["rar", "526172211a07"],
  ["gzip", "1f8b08"],
  ["bzip2", "425a68"],
  ["7z", "377abcaf271c"],
  ["pdf", "255044462d"],
  ["doc, xls or ppt", "d0cf11e0a1b11ae1"],
  ["mp3", "494433"],
];
const PNG_SIGNATURE = "89504e470d0a1a0a";
/** Truecolour with alpha: what the marketplace calls PNG-24 with transparency. */
const RGBA = 6;

/** Only `manifest.json` at the root counts; a zip of the folder instead of its content is a usual mistake. */
export const layoutRule: Rule = ({ files }) => {
  if (files.has("manifest.json")) return [];
  const nested = [...files.keys()].find((path) => path.endsWith("/manifest.json"));
  return [error("manifest.json", nested ? `is not at the root, but at ${nested}` : "is missing")];
};

export const fileTypeRule: Rule = ({ files }) =>
  [...files].flatMap(([path, file]) => [
    ...(file.isSymlink ? [error(path, "is a symbolic link")] : []),
    ...(path.split("/").includes("..") || path.startsWith("/")
      ? [error(path, "leads out of the package")]
      : []),
    ...(FORBIDDEN.test(path) ? [error(path, "is of a forbidden type")] : []),
    ...(path.startsWith("assets/") && !ASSET.test(path)
      ? [error(path, "is not an accepted type of asset")]
      : []),
    ...magicFindings(path, file),
  ]);

function magicFindings(path: string, { bytes }: PackageFile): Finding[] {
  const start = bytes.subarray(0, 8).toString("hex");
  return MAGIC.filter(([, magic]) => start.startsWith(magic)).map(([kind]) =>
    error(path, `is a ${kind} file inside`),
  );
}

export const imageRule: Rule = ({ files, manifest }) => {
  const products = productsOf(manifest);
  const folders = products.length > 1 ? products.map((product) => `assets/${product}/`) : ["assets/"];
  const findings = folders.flatMap((folder) => [
    ...pngFindings(`${folder}logo.png`, files.get(`${folder}logo.png`), [[320, 320]]),
    ...pngFindings(`${folder}logo-small.png`, files.get(`${folder}logo-small.png`), [[128, 128]]),
  ]);
  const banner = files.get("assets/banner.png");
  if (banner)
    findings.push(
      ...pngFindings("assets/banner.png", banner, [
        [830, 200],
        [1660, 400],
      ]),
    );
  for (const [path, file] of files) {
    if (path.endsWith(".svg")) findings.push(...svgFindings(path, file.bytes.toString("utf8")));
  }
  return findings;
};

function pngFindings(
  path: string,
  file: PackageFile | undefined,
  sizes: readonly (readonly [width: number, height: number])[],
): Finding[] {
  if (!file) return [error(path, "is missing")];
  const { bytes } = file;
  if (bytes.length < 26 || bytes.subarray(0, 8).toString("hex") !== PNG_SIGNATURE)
    return [error(path, "is not a PNG")];
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const findings: Finding[] = [];
  if (!sizes.some(([w, h]) => w === width && h === height)) {
    const wanted = sizes.map((size) => size.join("×")).join(" or ");
    findings.push(error(path, `is ${width}×${height} instead of ${wanted}`));
  }
  if (path.includes("logo") && bytes[25] !== RGBA) findings.push(warning(path, "has no transparency"));
  return findings;
}

/** Zendesk puts a placeholder in place of pictures inside, and rewrites what could run. */
function svgFindings(path: string, svg: string): Finding[] {
  const findings: Finding[] = [];
  const isIcon = /\/icon_[^/]+\.svg$/.test(path);
  if (!/<svg[\s>]/.test(svg)) findings.push(error(path, "is not an SVG"));
  if (isIcon && !/\sviewBox=/.test(svg)) findings.push(error(path, "has no viewBox"));
  if (/<image[\s/>]/i.test(svg)) findings.push(warning(path, "holds a picture, which Zendesk replaces"));
  if (/<script[\s/>]|\son\w+\s*=|<foreignObject|javascript:/i.test(svg))
    findings.push(warning(path, "holds script or foreign content, which Zendesk removes"));
  return findings;
}
