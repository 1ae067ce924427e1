/**
 * Texts of a page whose contrast to what is behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3). Runs inside the page,
 * so it refers to nothing outside of itself.
 */
export function lowContrastTexts(): string[] {
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element: Element | null): string => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const isUnseen = (element: Element) => getComputedStyle(element).clipPath.startsWith("inset");
  const hasText = (element: Element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
  return [...document.body.querySelectorAll("*")].flatMap((element) => {
    if (!hasText(element) || isUnseen(element)) return [];
    const [light = 0, dark = 0] = [
      luminance(getComputedStyle(element).color),
      luminance(background(element)),
    ].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast >= 4.5 ? [] : [`${element.textContent} (${contrast.toFixed(2)})`];
  });
}
