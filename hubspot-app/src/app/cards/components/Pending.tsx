import { EmptyState, Text } from "@hubspot/ui-extensions";
import { shortName } from "../text.ts";

/** The account is known, but its history is still being read. */
export function Pending({ name }: { name: string }) {
  return (
    <EmptyState title="The history is still being read" layout="vertical" imageName="building" flush>
      <Text>{`${shortName(name)} gets a score as soon as its companies, deals and tickets have been read.`}</Text>
      <Text variant="microcopy">This card checks again by itself.</Text>
    </EmptyState>
  );
}
