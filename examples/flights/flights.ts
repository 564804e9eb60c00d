import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A flight as a row of the dataset, in the order of its columns. */
export interface FlightRow {
  /** Departure; the data say no zone, it is taken as UTC. ISO 8601. */
  readonly departure: string;
  readonly origin: string;
  readonly destination: string;
  /** Miles. */
  readonly distance: number;
  /** Minutes; negative: early. */
  readonly delay: number;
  /** What is to be predicted: whether it was more than a quarter of an hour late. */
  readonly late: boolean;
}

/** An object as it arrives, below the prefix of the source. */
export interface FlightObject {
  readonly name: string;
  readonly body: Buffer;
}

const COLUMNS = ['departure', 'origin', 'destination', 'distance', 'delay', 'late'] as const;
/** Minutes from which the field counts a flight as late. */
const LATE_MINUTES = 15;

/** Flights within the United States, January to March 2001, sorted by departure: 20,000 of `vega-datasets` (BSD-3-Clause). */
export function loadFlights(): readonly FlightRow[] {
  // The package exports code alone; its data lie beside it.
  const file = join(dirname(require.resolve('vega-datasets')), '..', 'data', 'flights-20k.json');
  const flights: readonly { date: string; delay: number; distance: number; origin: string; destination: string }[] =
    JSON.parse(readFileSync(file, 'utf8'));
  return flights
    .map(({ date, delay, distance, origin, destination }) => ({
      departure: `${date.replaceAll('/', '-').replace(' ', 'T')}:00.000Z`,
      origin,
      destination,
      distance,
      delay,
      late: delay > LATE_MINUTES,
    }))
    .toSorted((a, b) => (a.departure < b.departure ? -1 : a.departure > b.departure ? 1 : 0));
}

/** A month of flights a batch, each in another format: CSV, compressed CSV, JSON Lines. */
export function flightObjects(flights: readonly FlightRow[]): readonly FlightObject[] {
  const month = (prefix: string) => flights.filter(({ departure }) => departure.startsWith(prefix));
  return [
    { name: '2001-01.csv', body: Buffer.from(csv(month('2001-01'))) },
    { name: '2001-02.csv.gz', body: gzipSync(csv(month('2001-02'))) },
    {
      name: '2001-03.jsonl',
      body: Buffer.from(
        month('2001-03')
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      ),
    },
  ];
}

function csv(rows: readonly FlightRow[]): string {
  return `${COLUMNS.join(',')}\n${rows.map((row) => `${COLUMNS.map((column) => row[column]).join(',')}\n`).join('')}`;
}
