/** Draws the app's logos from one outline: `node scripts/draw-logo.ts`. Run again only when the drawing changes. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

type Rgb = readonly [number, number, number];
const GROUND: Rgb = [23, 73, 77];
const BELL: Rgb = [247, 201, 72];
/** Sub-pixels per pixel and axis: edges look smooth at 128 px. */
const SAMPLES = 4;

/** The shapes live in a square of 320 units; y points down. */
const isInGround = (x: number, y: number): boolean => {
  const inset = 8;
  const radius = 64;
  const dx = Math.max(inset + radius - x, x - (320 - inset - radius), 0);
  const dy = Math.max(inset + radius - y, y - (320 - inset - radius), 0);
  return Math.hypot(dx, dy) <= radius;
};
const isInDisc = (x: number, y: number, cx: number, cy: number, r: number): boolean =>
  Math.hypot(x - cx, y - cy) <= r;
const isInBell = (x: number, y: number): boolean => {
  const isHandle = isInDisc(x, y, 160, 74, 22) && !isInDisc(x, y, 160, 74, 10);
  const isDome = y <= 150 && isInDisc(x, y, 160, 150, 62);
  const halfWidth = 62 + (y - 150) * 0.42;
  const isSkirt = y > 150 && y <= 216 && Math.abs(x - 160) <= halfWidth;
  const isRim = y > 216 && y <= 236 && Math.abs(x - 160) <= 102;
  return isHandle || isDome || isSkirt || isRim || isInDisc(x, y, 160, 254, 24);
};

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320">
  <title>Bellwether</title>
  <rect x="8" y="8" width="304" height="304" rx="64" fill="rgb(${GROUND})"/>
  <circle cx="160" cy="74" r="16" fill="none" stroke="rgb(${BELL})" stroke-width="12"/>
  <path fill="rgb(${BELL})" d="M98 150a62 62 0 0 1 124 0l27.72 66H262v20H58v-20h12.28Z"/>
  <circle cx="160" cy="254" r="24" fill="rgb(${BELL})"/>
</svg>
`;

function pixel(px: number, py: number, size: number): number[] {
  let covered = 0;
  const sum = [0, 0, 0];
  for (let i = 0; i < SAMPLES ** 2; i++) {
    const x = ((px + ((i % SAMPLES) + 0.5) / SAMPLES) * 320) / size;
    const y = ((py + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) * 320) / size;
    if (!isInGround(x, y)) continue;
    covered++;
    const color = isInBell(x, y) ? BELL : GROUND;
    color.forEach((value, channel) => {
      sum[channel] = (sum[channel] ?? 0) + value;
    });
  }
  return [...sum.map((value) => (covered ? Math.round(value / covered) : 0)), (covered * 255) / SAMPLES ** 2];
}

/** RGBA, 8 bits a channel, no filter. Source: PNG specification, sections 5 and 11. */
function png(size: number): Buffer {
  const rows = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_, x) => pixel(x, y, size)).flat(),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const assets = join(import.meta.dirname, "../src/assets");
await mkdir(assets, { recursive: true });
await writeFile(join(assets, "logo.svg"), SVG);
await writeFile(join(assets, "logo.png"), png(320));
await writeFile(join(assets, "logo-small.png"), png(128));
