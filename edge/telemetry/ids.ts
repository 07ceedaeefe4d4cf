import { hash } from "./hash";

/** Crockford's base 32, in which a ULID is written. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LENGTH = 10;
const LENGTH = 26;

/** What an id of an event looks like. */
export const EVENT_ID = new RegExp(`^[${DIGITS}]{${LENGTH}}$`);

/** Where an event stands in the order of events: its time and the number of its row. */
export interface Position {
  readonly timestamp: number;
  readonly row: number;
}

/** The id of an event: like a ULID it begins with the time, so ids are in the order of events. */
export function eventId({ timestamp, row }: Position): string {
  return inBase32(timestamp, TIME_LENGTH) + inBase32(row, LENGTH - TIME_LENGTH);
}

/** The way back from `eventId`. */
export function positionOf(id: string): Position {
  return { timestamp: fromBase32(id.slice(0, TIME_LENGTH)), row: fromBase32(id.slice(TIME_LENGTH)) };
}

/** Hex digits drawn from a text: always the same ones for the same text. */
export function hexId(text: string, digits: 16 | 32): string {
  let hex = "";
  for (let salt = 1; hex.length < digits; salt++) hex += hash(text, salt).toString(16).padStart(8, "0");
  return hex;
}

function inBase32(number: number, length: number): string {
  let text = "";
  for (let rest = number; text.length < length; rest = Math.floor(rest / 32)) {
    text = (DIGITS[rest % 32] ?? "") + text;
  }
  return text;
}

function fromBase32(text: string): number {
  let number = 0;
  for (const digit of text) number = number * 32 + DIGITS.indexOf(digit);
  return number;
}
