import { FIELD_LABELS, fieldMapDefaults, isCustomField, type TenantId } from "@bellwether/shared";
import type { Connection, ConnectionRepository } from "./ports.ts";

/** Which property or field of a platform feeds one of ours. */
export interface MappedFieldView {
  /** Our name; `custom.<key>` for a signal of the tenant's own. */
  field: string;
  label: string;
  /** As the platform calls it; `null` = not mapped. */
  property: string | null;
  /** What is read unless somebody chooses otherwise; `null` for the tenant's own. */
  usual: string | null;
  isChosen: boolean;
}

export interface FieldMapView {
  connectionId: string;
  platform: Connection["platform"];
  externalId: string;
  fields: MappedFieldView[];
}

/** The field maps of all of a tenant's connections. */
export async function getFieldMaps(
  deps: { connections: ConnectionRepository },
  tenant: TenantId,
): Promise<FieldMapView[]> {
  return (await deps.connections.list(tenant)).map(fieldMapView);
}

export function fieldMapView({ id, platform, externalId, config }: Connection): FieldMapView {
  const chosen = config.fieldMap;
  const own = Object.entries(fieldMapDefaults(platform)).map(
    ([field, usual]): MappedFieldView => ({
      field,
      label: labelOf(field),
      property: (chosen[field] ?? usual) || null,
      usual,
      isChosen: chosen[field] !== undefined && chosen[field] !== usual,
    }),
  );
  const custom = Object.entries(chosen)
    .filter(([field, property]) => isCustomField(field) && property !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([field, property]): MappedFieldView => ({
        field,
        label: labelOf(field),
        property,
        usual: null,
        isChosen: true,
      }),
    );
  return { connectionId: id, platform, externalId, fields: [...own, ...custom] };
}

const LABELS: Readonly<Record<string, string>> = FIELD_LABELS;
const labelOf = (field: string): string =>
  LABELS[field] ?? field.replace(/^custom\./, "").replaceAll("_", " ");
