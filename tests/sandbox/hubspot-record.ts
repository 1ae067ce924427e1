import type { HubspotType } from "./hubspot-property-data.ts";

export interface PropertyVersion {
  value: string;
  timestamp: number;
  sourceType: string;
  sourceId: string;
}

export interface CrmRecord {
  id: string;
  type: HubspotType;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
  /** Newest first; never empty. */
  versions: Map<string, PropertyVersion[]>;
}

/** Who changes something: a person in the user interface, another integration, or an API caller. */
export interface ChangeSource {
  changeSource: "CRM_UI" | "INTEGRATION" | "API" | "EMAIL" | "FEEDBACK";
  sourceId: string;
}
export const PERSON: ChangeSource = { changeSource: "CRM_UI", sourceId: "userId:71" };
/** The vendor's own nightly job that puts product usage on companies. */
export const PRODUCT_SYNC: ChangeSource = { changeSource: "INTEGRATION", sourceId: "880021" };

export type HubspotChange =
  | { kind: "creation" | "deletion" | "restore" | "privacyDeletion"; record: CrmRecord; source: ChangeSource }
  | { kind: "propertyChange"; record: CrmRecord; property: string; value: string; source: ChangeSource }
  | {
      kind: "associationChange";
      record: CrmRecord;
      to: CrmRecord;
      isPrimary: boolean;
      isRemoved: boolean;
      source: ChangeSource;
    }
  | {
      kind: "merge";
      /** The survivor. */
      record: CrmRecord;
      /** The one that was chosen to stay; the survivor itself, unless it got a new id. */
      primaryId: string;
      mergedIds: readonly string[];
      source: ChangeSource;
    };

export interface Link {
  id: string;
  isPrimary: boolean;
}
