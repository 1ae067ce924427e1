import { Button, EmptyState, Text } from "@hubspot/ui-extensions";

const COMPANY_TYPE_ID = "0-2";

/** No account belongs to the record, or none that the reader may see. Says how records come to an account. */
export function NotMatched({ objectTypeId, onRetry }: { objectTypeId: string; onRetry: () => void }) {
  const isCompany = objectTypeId === COMPANY_TYPE_ID;
  return (
    <EmptyState
      title={isCompany ? "Not followed as a customer" : "No customer belongs to this record"}
      layout="vertical"
      imageName="companies"
      flush
    >
      <Text>
        {isCompany
          ? "Bellwether follows companies that have become customers. If this one has, set its lifecycle stage to Customer."
          : "Bellwether finds the customer through the company that this record is associated with. Associate it with a company whose lifecycle stage is Customer."}
      </Text>
      <Text variant="microcopy">
        Zendesk organizations join a company by external id, or by the same domain.
      </Text>
      <Button size="sm" onClick={onRetry} testId="retry">
        Check again
      </Button>
    </EmptyState>
  );
}
