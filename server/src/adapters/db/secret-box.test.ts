import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSecretBox } from "./secret-box.ts";

const KEY = Buffer.alloc(32, 1);
const OLD = Buffer.alloc(32, 2);
const box = createSecretBox([KEY], randomBytes);

describe("secret box", () => {
  it("gives back what was sealed, and shows nothing of it", () => {
    const sealed = box.seal("pat-na1-geheim ✓", "tenant 1");
    expect(sealed).not.toContain("geheim");
    expect(box.open(sealed, "tenant 1")).toBe("pat-na1-geheim ✓");
  });
  it("seals the same text differently each time", () => {
    expect(box.seal("x", "c")).not.toBe(box.seal("x", "c"));
  });
  it("does not open for another owner", () => {
    expect(box.open(box.seal("x", "tenant 1"), "tenant 2")).toBeNull();
  });
  it("does not open when a character was changed, wherever it stands", () => {
    const sealed = box.seal("secret", "c");
    for (let i = 0; i < sealed.length - 1; i++) {
      const changed = `${sealed.slice(0, i)}${sealed[i] === "A" ? "B" : "A"}${sealed.slice(i + 1)}`;
      expect([null, "secret"]).toContain(box.open(changed, "c")); // spare bits of base64 may not count
    }
    expect(box.open(sealed.replace(/\.[^.]+$/, ".AAAA"), "c")).toBeNull();
    expect(box.open("", "c")).toBeNull();
  });
  it("opens under a rotated key and seals under the new one", () => {
    const before = createSecretBox([OLD], randomBytes).seal("x", "c");
    const rotated = createSecretBox([KEY, OLD], randomBytes);
    expect(rotated.open(before, "c")).toBe("x");
    expect(box.open(rotated.seal("y", "c"), "c")).toBe("y");
    expect(box.open(before, "c")).toBeNull();
  });
});
