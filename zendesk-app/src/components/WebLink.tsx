import { Anchor } from "@zendeskgarden/react-buttons";
import { Small } from "./layout.ts";

/** A link is only made of an address that a browser opens as a page; without one, the label stands alone. */
export function WebLink({ address, label }: { address: string | null; label: string }) {
  if (address === null || !/^https:\/\//i.test(address)) return <Small>{label}</Small>;
  return (
    <Small>
      <Anchor href={address} isExternal rel="noreferrer" target="_blank">
        {label}
      </Anchor>
    </Small>
  );
}
