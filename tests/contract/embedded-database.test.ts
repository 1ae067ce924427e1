import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterTemplate } from "../../server/src/adapters/db/cluster-template.ts";
import { checkpointIfDue } from "../../server/src/adapters/db/embedded-checkpoints.ts";
import { openEmbedded } from "../../server/src/adapters/db/embedded-database.ts";

describe("the embedded database's folder", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bellwether-embedded-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is made anew when a first start was killed halfway, and kept from then on", async () => {
    // what such a kill leaves: the mark, and a cluster that looks whole by its version file and is not
    await mkdir(join(folder, "postgres"));
    await writeFile(join(folder, "postgres", "PG_VERSION"), "17\n");
    await writeFile(join(folder, "postgres.unfinished"), "");

    const first = await openEmbedded(folder);
    await first.script("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7);");
    await first.close();
    await expect(access(join(folder, "postgres.unfinished"))).rejects.toMatchObject({ code: "ENOENT" });

    const second = await openEmbedded(folder);
    const rows = await second.query("SELECT id FROM kept");
    await second.close();
    expect(rows).toEqual([{ id: 7 }]);
  });
});

describe("the packed cluster", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bellwether-template-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string): URL => pathToFileURL(`${join(folder, name)}/`);

  it("is not there at first, and comes back whole once it is kept", async () => {
    const template = await clusterTemplate(at("cache"));
    expect(await template.read()).toBeNull();
    await template.keep(new Blob(["packed"]));
    expect(await (await template.read())?.text()).toBe("packed");
    await template.remove();
    expect(await template.read()).toBeNull();
  });

  it("does without where its folder cannot be made", async () => {
    await writeFile(join(folder, "file"), "");
    const template = await clusterTemplate(at("file/cache"));
    await template.keep(new Blob(["packed"]));
    expect(await template.read()).toBeNull();
    await template.remove();
  });

  it("is made again where it is broken", async () => {
    const template = await clusterTemplate(at("broken"));
    await template.keep(new Blob(["not a packed cluster"]));
    const database = await openEmbedded(join(folder, "data"), { template });
    const rows = await database.query("SELECT 1 AS one");
    await database.close();
    expect(rows).toEqual([{ one: 1 }]);
    expect((await template.read())?.size).toBeGreaterThan(1_000_000);
  });
});

describe("checkpoints of the embedded database", () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
    await pglite.exec("CREATE TABLE filler (text text); CHECKPOINT;");
  });
  afterAll(() => pglite.close());

  it("are made when a start after a kill had too much to replay, and not before", async () => {
    const limit = 1_000_000;
    expect(await checkpointIfDue(pglite, limit)).toBe(false);
    await pglite.exec("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 2000)");
    expect(await checkpointIfDue(pglite, limit)).toBe(true);
    expect(await checkpointIfDue(pglite, limit)).toBe(false);
  });
});
