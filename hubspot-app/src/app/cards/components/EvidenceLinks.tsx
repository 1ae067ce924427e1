import type { ChangeExplanation } from "@bellwether/shared";
import { Inline, Link, Text } from "@hubspot/ui-extensions";

type Evidence = ChangeExplanation["items"][number]["evidence"];

/** The records that show it; only their name where there is no address. */
export function EvidenceLinks({ evidence }: { evidence: Evidence }) {
  if (evidence.length === 0) return null;
  return (
    <Inline gap="small">
      {evidence.map(({ ref, label, url }) =>
        url === null ? (
          <Text key={ref} variant="microcopy">
            {label}
          </Text>
        ) : (
          <Link key={ref} href={{ url, external: true }}>
            {label}
          </Link>
        ),
      )}
    </Inline>
  );
}
