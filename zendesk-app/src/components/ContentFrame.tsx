import { type ReactNode, useEffect, useRef } from "react";
import type { ZafClient } from "../zaf/zaf-client.ts";

/** Keeps Zendesk's frame exactly as high as the content, whatever makes it grow or shrink. */
export function ContentFrame({ client, children }: { client: ZafClient | null; children: ReactNode }) {
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = content.current;
    if (!client || !element) return;
    let shownHeight = 0;
    const observer = new ResizeObserver(() => {
      const height = Math.ceil(element.getBoundingClientRect().height);
      if (height === shownHeight) return;
      shownHeight = height;
      client.invoke("resize", { width: "100%", height: `${height}px` }).catch(() => {
        shownHeight = 0; // not resized: the frame scrolls meanwhile, and the next change asks again
      });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [client]);
  return <main ref={content}>{children}</main>;
}
