import type { Contribution } from "@bellwether/shared";
import { Row } from "./layout.ts";
import { WebLink } from "./WebLink.tsx";

/** The records that show it, beside each other. */
export function EvidenceLinks({ evidence }: { evidence: Contribution["evidence"] }) {
  if (evidence.length === 0) return null;
  return (
    <Row style={{ flexWrap: "wrap", columnGap: 10, rowGap: 0 }}>
      {evidence.map(({ ref, label, url }) => (
        <WebLink key={ref} address={url} label={label} />
      ))}
    </Row>
  );
}
