import type { PrismaClient } from "./generated/client.ts";

export interface LazyPrisma {
  client(): Promise<PrismaClient>;
  disconnect(): Promise<void>;
}

/** Prisma is loaded with its first use: the start of a process waits for statements of ours alone. */
export function lazyPrisma(open: () => Promise<PrismaClient>): LazyPrisma {
  let opening: Promise<PrismaClient> | null = null;
  return {
    client: () => {
      opening ??= open();
      return opening;
    },
    disconnect: async () => {
      const client = await opening;
      await client?.$disconnect();
    },
  };
}
