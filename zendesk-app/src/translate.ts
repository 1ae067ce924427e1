import en from "./translations/en.json" with { type: "json" };

export type Phrase = keyof typeof en.ui;

/** The visible text for a key; `{{name}}` in it is replaced. */
export function translate(phrase: Phrase, values: Readonly<Record<string, string>> = {}): string {
  return en.ui[phrase].replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
