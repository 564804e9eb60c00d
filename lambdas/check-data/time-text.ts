import { decimalIn, numberIn } from './number-text';

const DAY_MS = 86_400_000;
const DASH = 0x2d;
const COLON = 0x3a;

/** Days of a common year before each month, from January on. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Years of four digits: the year 0 is none, and one of five digits would be written otherwise. */
const EARLIEST = Date.UTC(2000, 0, 1) - 730_119 * DAY_MS;
const LATEST = Date.UTC(10_000, 0, 1) - 1;

/** Epoch numbers from 2001 to 2286 have ten digits in seconds and thirteen in milliseconds: none is a date like 20240101, nor a year. */
const SECONDS = { from: 1e9, below: 1e10 } as const;
const MILLISECONDS = { from: 1e12, below: 1e13 } as const;
/** Whole numbers of so many digits are read without looking at their text once more. */
const PLAIN_DIGITS = 13;

const DAY_LENGTH = 10;

/** Milliseconds of the digits behind the second. */
const WEIGHTS = [100, 10, 1];

/** Milliseconds since 1970 of a date `YYYY-MM-DD` that exists, or NaN. */
export function dateIn(bytes: Buffer, from: number, to: number): number {
  return to - from === DAY_LENGTH ? dayAt(bytes, from) : Number.NaN;
}

/**
 * Milliseconds since 1970 of a timestamp, or NaN: a date, `T` or a blank, `hh:mm`, then as it likes `:ss` and a fraction of whole
 * milliseconds, and a zone, which is `Z`, `+hh:mm`, `+hhmm` or `+hh`. Without a zone nobody knows what moment is meant, and without
 * what is finer two moments would become one.
 */
export function timestampIn(bytes: Buffer, from: number, to: number): number {
  if (to - from < DAY_LENGTH + 7) return Number.NaN;
  const day = dayAt(bytes, from);
  const separator = bytes[from + DAY_LENGTH];
  if (separator !== 0x54 && separator !== 0x20) return Number.NaN;
  let at = from + DAY_LENGTH + 1;
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  if (bytes[at + 2] !== COLON || !(hour < 24) || !(minute < 60)) return Number.NaN;
  at += 5;
  let ms = (hour * 60 + minute) * 60_000;
  if (bytes[at] === COLON && at + 3 < to) {
    const second = twoDigits(bytes, at + 1);
    if (!(second < 60)) return Number.NaN;
    ms += second * 1000;
    at += 3;
    if (bytes[at] === 0x2e || bytes[at] === 0x2c) {
      const first = at + 1;
      for (at = first; at < to && isDigit(bytes[at]); at += 1) {
        const digit = (bytes[at] as number) - 0x30;
        const weight = WEIGHTS[at - first] ?? 0;
        if (weight === 0 && digit !== 0) return Number.NaN;
        ms += weight * digit;
      }
      if (at === first) return Number.NaN;
    }
  }
  const offset = zoneAt(bytes, at, to);
  return within(day + ms - offset * 60_000);
}

/** Milliseconds since 1970 of an epoch number in seconds or milliseconds, or NaN: whole milliseconds, by its digits. */
export function epochIn(bytes: Buffer, from: number, to: number): number {
  const value = numberIn(bytes, from, to);
  const inSeconds = value >= SECONDS.from && value < SECONDS.below;
  if (!inSeconds && !(value >= MILLISECONDS.from && value < MILLISECONDS.below)) return Number.NaN;
  if (to - from <= PLAIN_DIGITS && Number.isInteger(value)) return inSeconds ? value * 1000 : value;
  const decimal = decimalIn(bytes, from, to);
  const places = (decimal?.exponent ?? 0) + (inSeconds ? 3 : 0);
  return decimal === undefined || places < 0 ? Number.NaN : Number(decimal.digits) * 10 ** places;
}

function within(ms: number): number {
  return ms >= EARLIEST && ms <= LATEST ? ms : Number.NaN;
}

/** Minutes before UTC, or NaN. */
function zoneAt(bytes: Buffer, at: number, to: number): number {
  if (bytes[at] === 0x5a && to - at === 1) return 0;
  const sign = bytes[at] === 0x2b ? 1 : bytes[at] === DASH ? -1 : Number.NaN;
  const hours = twoDigits(bytes, at + 1);
  if (!(hours < 24)) return Number.NaN;
  if (to - at === 3) return sign * hours * 60;
  const minutesAt = bytes[at + 3] === COLON ? at + 4 : at + 3;
  const minutes = twoDigits(bytes, minutesAt);
  return minutes < 60 && minutesAt + 2 === to ? sign * (hours * 60 + minutes) : Number.NaN;
}

function dayAt(bytes: Buffer, at: number): number {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return Number.NaN;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const before = DAYS_BEFORE[month - 1] as number;
  const length = (DAYS_BEFORE[month] as number) - before + (month === 2 && leap ? 1 : 0);
  if (day > length) return Number.NaN;
  const past = year - 1;
  const days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return EARLIEST + (days + before + day - 1 + (month > 2 && leap ? 1 : 0)) * DAY_MS;
}

function twoDigits(bytes: Buffer, at: number): number {
  return isDigit(bytes[at]) && isDigit(bytes[at + 1])
    ? ((bytes[at] as number) - 0x30) * 10 + ((bytes[at + 1] as number) - 0x30)
    : Number.NaN;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
