/** What of an error is written down. */
export interface LoggedError {
  type: string;
  message: string;
  /** Where it happened, without the message. */
  stack: string;
  code?: string;
  status?: number;
  kind?: string;
  cause?: LoggedError;
  errors?: LoggedError[];
}

const MAX_DEPTH = 5;
const MAX_ERRORS = 3;

/**
 * An error as the log may have it: its words, its place and its codes, and those of what caused it. Other properties
 * stay out, because drivers put rows there (`detail`, `where`, `input`), and so does what a message quotes of data.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: "not an error", stack: "" };
  const { code, status, kind } = error as Error & Record<"code" | "status" | "kind", unknown>;
  const isDeepest = depth >= MAX_DEPTH;
  return {
    type: error.constructor.name,
    message: wordsOf(error),
    stack: framesOf(error),
    ...(typeof code === "string" && { code }),
    ...(typeof status === "number" && { status }),
    ...(typeof kind === "string" && { kind }),
    ...(error.cause instanceof Error && !isDeepest && { cause: loggedError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      !isDeepest && { errors: error.errors.slice(0, MAX_ERRORS).map((one) => loggedError(one, depth + 1)) }),
  };
}

/** PostgreSQL's class of errors about data; their messages end with the value. */
const DATA_EXCEPTION = /^22/;

function wordsOf(error: Error): string {
  if (error instanceof SyntaxError) return "what was read could not be parsed"; // V8 quotes the text
  if (error.name.startsWith("PrismaClient")) return error.message.trim().split("\n").at(-1) ?? ""; // above: arguments
  const { code } = error as Error & { code?: unknown };
  return typeof code === "string" && DATA_EXCEPTION.test(code)
    ? error.message.replace(/: ".*$/s, "")
    : error.message;
}

const framesOf = ({ stack }: Error): string =>
  (stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
