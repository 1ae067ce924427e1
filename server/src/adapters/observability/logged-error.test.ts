import { describe, expect, it } from "vitest";
import { PlatformError } from "../../services/errors.ts";
import { createLog } from "./log.ts";
import { loggedError } from "./logged-error.ts";

const CANARY = "canary.person@customer.example";
const failing = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("an error in the log", () => {
  it("keeps words, place and codes, down its causes", () => {
    const cause = Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" });
    const logged = loggedError(new PlatformError("unavailable", "no answer", { status: 503, cause }));
    expect(logged).toMatchObject({
      type: "PlatformError",
      message: "no answer",
      status: 503,
      kind: "unavailable",
      cause: { type: "Error", message: "connect refused", code: "ECONNREFUSED" },
    });
    expect(logged.stack).toContain("logged-error.test.ts");
  });

  it.each<[string, unknown]>([
    ["a parser's quotation", failing(() => JSON.parse(`{"a": ${CANARY}}`))],
    ["an address", failing(() => new URL(`no url: ${CANARY}`))],
    [
      "a row in the detail",
      Object.assign(new Error("null value in column"), {
        code: "23502",
        detail: `Failing row contains (${CANARY}).`,
        where: CANARY,
      }),
    ],
    [
      "a value in the message",
      Object.assign(new Error(`invalid input syntax for type uuid: "${CANARY}"`), { code: "22P02" }),
    ],
    [
      "arguments in the message",
      Object.assign(
        new Error(`Invalid \`db.x.create()\` invocation:\n{ data: { name: "${CANARY}" } }\n\nUnknown field.`),
        { name: "PrismaClientValidationError" },
      ),
    ],
    ["what is no error", CANARY],
    ["a cause", new Error("outside", { cause: failing(() => JSON.parse(CANARY)) })],
    ["several errors", new AggregateError([failing(() => JSON.parse(CANARY))], "all failed")],
  ])("leaves out data: %s", (_, error) => {
    const lines: string[] = [];
    createLog("info", undefined, { write: (line) => void lines.push(line) }).error(
      { error, err: error },
      "x",
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(CANARY.slice(0, 8));
  });

  it("ends with a cause that leads back to itself", () => {
    const error = new Error("round");
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).match(/"round"/g)).toHaveLength(6);
  });
});
