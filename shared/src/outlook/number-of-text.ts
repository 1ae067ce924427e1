/**
 * A text as a number of 32 bits, to notice that it changed without keeping it; two texts share one in four billion
 * cases. Source: FNV-1a.
 */
export function numberOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
