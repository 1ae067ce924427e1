import type { OpenDatabase } from "../../server/src/adapters/db/database.ts";

/** For `vi.mock`: remembers the database that the product opens, so that a test can look into it. */
export function rememberOpened() {
  const opened: OpenDatabase[] = [];
  return {
    wrap: <M extends { openDatabase(options: never): Promise<OpenDatabase> }>(original: M): M => ({
      ...original,
      openDatabase: async (options: never) => {
        const database = await original.openDatabase(options);
        opened.push(database);
        return database;
      },
    }),
    latest: (): OpenDatabase => {
      const database = opened.at(-1);
      if (!database) throw new Error("no database was opened yet");
      return database;
    },
  };
}
