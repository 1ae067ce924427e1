/** First byte of what is packed; another way of packing gets another number, and this one stays readable. */
export const VERSION = 1;

/** What follows. Numbers below `smallest` stand in the tag itself. */
export const Tag = {
  null: 0,
  false: 1,
  true: 2,
  /** varint */
  integer: 3,
  /** varint of millionths */
  decimal: 4,
  /** 8 bytes, the lowest first */
  double: 5,
  /** varint: milliseconds since 1970, for ISO 8601 with milliseconds and Z */
  time: 6,
  /** varint: number of the word */
  word: 7,
  /** varint: number of the word, then a varint for each number in it: its digits × 4 + its decimals */
  template: 8,
  /** varint: bytes, then UTF-8 */
  literal: 9,
  /** varint: length, then the items */
  array: 10,
  /** varint: number of the shape, then the values */
  shape: 11,
  /** varint: keys, then keys and values in turn */
  object: 12,
  small: 32,
  smallest: 224,
} as const;

/** Stands in a template for a number. */
export const TEMPLATE_NUMBER = "#";
