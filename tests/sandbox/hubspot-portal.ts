import { isoMs, type SandboxClock } from "./clock.ts";
import {
  createdProperty,
  type HubspotType,
  hubspotTypes,
  initialGroups,
  initialProperties,
  modifiedProperty,
  type PropertyDefinition,
  type PropertyGroup,
} from "./hubspot-property-data.ts";
import {
  type ChangeSource,
  type CrmRecord,
  type HubspotChange,
  type Link,
  PERSON,
} from "./hubspot-record.ts";

const MERGED_IDS = "hs_merged_object_ids";

/** One HubSpot account: records with their history, links, property definitions. */
export class HubspotPortal {
  readonly portalId: number;
  readonly #clock: SandboxClock;
  readonly #nextId: (type: HubspotType) => number;
  readonly #records = new Map<HubspotType, Map<string, CrmRecord>>();
  readonly #links = new Map<string, Link[]>();
  readonly #mergedInto = new Map<string, string>();
  readonly properties = new Map<HubspotType, Map<string, PropertyDefinition>>();
  readonly groups = new Map<HubspotType, PropertyGroup[]>();
  /** Called after each change; not set while the book is being made. */
  onChange: (change: HubspotChange) => void = () => undefined;

  constructor(options: {
    portalId: number;
    clock: SandboxClock;
    createdAt: number;
    nextId: (type: HubspotType) => number;
  }) {
    this.portalId = options.portalId;
    this.#clock = options.clock;
    this.#nextId = options.nextId;
    for (const type of hubspotTypes) {
      this.#records.set(type, new Map());
      const definitions = initialProperties(type, options.createdAt);
      this.properties.set(type, new Map(definitions.map((property) => [property.name, property])));
      this.groups.set(type, initialGroups(type));
    }
  }

  /** In the order of their ids, archived ones included. */
  all(type: HubspotType): IterableIterator<CrmRecord> {
    return this.#of(type).values();
  }

  /** Archived ones included; merged-away ids are gone. */
  find(type: HubspotType, id: string): CrmRecord | null {
    return this.#of(type).get(id) ?? null;
  }

  get(type: HubspotType, id: string): CrmRecord {
    const record = this.find(type, id);
    if (record === null) throw new Error(`portal ${this.portalId} has no ${type} ${id}`);
    return record;
  }

  definition(type: HubspotType, name: string): PropertyDefinition | null {
    return this.properties.get(type)?.get(name) ?? null;
  }

  value(record: CrmRecord, property: string): string | null {
    return record.versions.get(property)?.[0]?.value ?? null;
  }

  /** @param createdAt when it came to be; the present when absent */
  create(
    type: HubspotType,
    values: Readonly<Record<string, string>>,
    options: { createdAt?: number; source?: ChangeSource } = {},
  ): CrmRecord {
    const at = options.createdAt ?? this.#clock.stamp();
    const source = options.source ?? PERSON;
    const id = String(this.#nextId(type));
    const record: CrmRecord = {
      id,
      type,
      createdAt: at,
      updatedAt: at,
      archivedAt: null,
      versions: new Map(),
    };
    this.#of(type).set(id, record);
    this.#write(record, { ...values, hs_object_id: id, [createdProperty(type)]: isoMs(at) }, at, source);
    this.onChange({ kind: "creation", record, source });
    return record;
  }

  /**
   * Sets properties; those that have the value already stay as they are, but the record counts as modified.
   * @param at when, for values of the past, which must come oldest first
   */
  update(
    record: CrmRecord,
    values: Readonly<Record<string, string>>,
    source: ChangeSource = PERSON,
    at: number = this.#clock.stamp(),
  ): void {
    for (const [property, value] of this.#write(record, values, at, source)) {
      this.onChange({ kind: "propertyChange", record, property, value, source });
    }
  }

  link(from: CrmRecord, to: CrmRecord, isPrimary = false, source: ChangeSource = PERSON): void {
    this.#side(from, to.type).push({ id: to.id, isPrimary });
    this.#side(to, from.type).push({ id: from.id, isPrimary });
    this.#linkChanged(from, to, isPrimary, false, source);
  }

  unlink(from: CrmRecord, to: CrmRecord, source: ChangeSource = PERSON): void {
    const link = this.links(from, to.type).find(({ id }) => id === to.id);
    if (link === undefined) return;
    this.#links.set(
      linkKey(from, to.type),
      this.links(from, to.type).filter(({ id }) => id !== to.id),
    );
    this.#links.set(
      linkKey(to, from.type),
      this.links(to, from.type).filter(({ id }) => id !== from.id),
    );
    this.#linkChanged(from, to, link.isPrimary, true, source);
  }

  /** Primary ones first, then by id; archived records are left out, as the platform does. */
  links(record: CrmRecord, type: HubspotType): Link[] {
    return [...(this.#links.get(linkKey(record, type)) ?? [])]
      .filter(({ id }) => this.find(type, id)?.archivedAt === null)
      .sort((x, y) => Number(y.isPrimary) - Number(x.isPrimary) || Number(x.id) - Number(y.id));
  }

  archive(record: CrmRecord, source: ChangeSource = PERSON): void {
    record.archivedAt = this.#clock.stamp();
    this.onChange({ kind: "deletion", record, source });
  }

  restore(record: CrmRecord, source: ChangeSource = PERSON): void {
    record.archivedAt = null;
    this.#touch(record, this.#clock.stamp());
    this.onChange({ kind: "restore", record, source });
  }

  /** Removes a contact for good, with its history. */
  erase(record: CrmRecord): void {
    this.#of(record.type).delete(record.id);
    this.onChange({ kind: "deletion", record, source: PERSON });
    this.onChange({ kind: "privacyDeletion", record, source: PERSON });
  }

  /** The merged ones are gone afterwards; `record` takes over their links and the values that it lacks. */
  merge(record: CrmRecord, ...merged: CrmRecord[]): void {
    for (const each of merged) this.#takeIn(record, each);
    const mergedIds = merged.map(({ id }) => id);
    this.onChange({ kind: "merge", record, primaryId: record.id, mergedIds, source: PERSON });
  }

  /** As `merge`, but the survivor is a new record: the ids of all that are named are gone. */
  mergeIntoNew(primary: CrmRecord, ...merged: CrmRecord[]): CrmRecord {
    const tell = this.onChange;
    this.onChange = () => undefined; // of a merge's survivor no creation is told
    const record = this.create(primary.type, {});
    this.onChange = tell;
    for (const each of [primary, ...merged]) this.#takeIn(record, each);
    const mergedIds = merged.map(({ id }) => id);
    this.onChange({ kind: "merge", record, primaryId: primary.id, mergedIds, source: PERSON });
    return record;
  }

  #takeIn(record: CrmRecord, merged: CrmRecord): void {
    for (const type of hubspotTypes) {
      for (const { id } of this.links(merged, type)) {
        const other = this.get(type, id);
        this.unlink(merged, other);
        if (!this.links(record, type).some((link) => link.id === id)) this.link(record, other);
      }
    }
    const missing = [...merged.versions].filter(([name]) => this.value(record, name) === null);
    const takenIn = [this.value(record, MERGED_IDS), merged.id, this.value(merged, MERGED_IDS)];
    this.#write(
      record,
      {
        ...Object.fromEntries(missing.map(([name, [newest]]) => [name, newest?.value ?? ""])),
        [MERGED_IDS]: takenIn.filter(Boolean).join(";"),
      },
      this.#clock.stamp(),
      PERSON,
    );
    this.#of(merged.type).delete(merged.id);
    this.#mergedInto.set(`${merged.type}/${merged.id}`, record.id);
  }

  isMergedAway(type: HubspotType, id: string): boolean {
    return this.#mergedInto.has(`${type}/${id}`);
  }

  #of(type: HubspotType): Map<string, CrmRecord> {
    const records = this.#records.get(type);
    if (records === undefined) throw new Error(`unknown object type ${type}`);
    return records;
  }

  #side(record: CrmRecord, type: HubspotType): Link[] {
    const key = linkKey(record, type);
    const links = this.#links.get(key) ?? [];
    this.#links.set(key, links);
    return links;
  }

  #linkChanged(
    from: CrmRecord,
    to: CrmRecord,
    isPrimary: boolean,
    isRemoved: boolean,
    source: ChangeSource,
  ): void {
    this.onChange({ kind: "associationChange", record: from, to, isPrimary, isRemoved, source });
    this.onChange({ kind: "associationChange", record: to, to: from, isPrimary, isRemoved, source });
  }

  #write(
    record: CrmRecord,
    values: Readonly<Record<string, string>>,
    at: number,
    source: ChangeSource,
  ): [string, string][] {
    const changed = Object.entries(values).filter(
      ([name, value]) => (this.value(record, name) ?? "") !== value,
    );
    for (const [name, value] of changed) {
      const version = { value, timestamp: at, sourceType: source.changeSource, sourceId: source.sourceId };
      record.versions.set(name, [version, ...(record.versions.get(name) ?? [])]);
    }
    this.#touch(record, at);
    return changed;
  }

  #touch(record: CrmRecord, at: number): void {
    record.updatedAt = Math.max(record.updatedAt, at);
    const version = { value: isoMs(record.updatedAt), timestamp: at, sourceType: "CALCULATED", sourceId: "" };
    record.versions.set(modifiedProperty(record.type), [version]);
  }
}

const linkKey = (record: CrmRecord, type: HubspotType): string => `${record.type}/${record.id}/${type}`;
