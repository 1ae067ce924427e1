/** `skipped`: could not be looked at; says why. */
export type Level = "ok" | "warning" | "error" | "skipped";
export type Area = "settings" | "database" | "queue" | "keys" | "hubspot" | "zendesk";

/** One thing that was looked at, in words; never a secret. */
export interface Finding {
  area: Area;
  level: Level;
  message: string;
  /** What to do; `null` where there is nothing to do. */
  advice: string | null;
}

export const ok = (area: Area, message: string): Finding => ({ area, level: "ok", message, advice: null });
export const warning = (area: Area, message: string, advice: string): Finding => ({
  area,
  level: "warning",
  message,
  advice,
});
export const failure = (area: Area, message: string, advice: string): Finding => ({
  area,
  level: "error",
  message,
  advice,
});
export const skipped = (area: Area, message: string, advice: string | null = null): Finding => ({
  area,
  level: "skipped",
  message,
  advice,
});

/** 0 = all is well, 1 = there are warnings, 2 = something does not work. */
export function exitStatus(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === "error")) return 2;
  return findings.some(({ level }) => level === "warning") ? 1 : 0;
}

const SHOWN: Record<Level, string> = { ok: "ok", warning: "WARNING", error: "ERROR", skipped: "skipped" };

/** A table for people; what to do stands below what it is about. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ area, level, message, advice }) => [
    `${SHOWN[level].padEnd(8)} ${area.padEnd(9)} ${message}`,
    ...(advice === null ? [] : [`${" ".repeat(19)}→ ${advice}`]),
  ]);
  const count = (wanted: Level): number => findings.filter(({ level }) => level === wanted).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const sum =
    errors + warnings === 0
      ? "Everything that could be looked at is in order."
      : `${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}.`;
  return `${lines.join("\n")}\n\n${sum}\n`;
}
