import { type App, Duration, type Environment, Stack } from 'aws-cdk-lib';
import { Column, DataPipeline, DataSchedule, DataSource, DatasetSchema, HoldOut } from '../../lib/index';

/** What a flight is, and what is expected of flights. */
const flightSchema = new DatasetSchema({
  columns: [
    Column.timestamp('departure', { required: true, minimum: '1987-10-01T00:00:00Z' }),
    Column.string('origin', { required: true, pattern: '[A-Z]{3}' }),
    Column.string('destination', { required: true, pattern: '[A-Z]{3}' }),
    Column.integer('distance', { required: true, minimum: 1, maximum: 6_000, maxPsi: 0.25 }),
    Column.integer('delay', { required: true, minimum: -120, maximum: 2_880, maxPsi: 0.25 }),
    Column.boolean('late', { required: true }),
  ],
  // Two flights that are late alike on one route are two flights.
  group: ['departure', 'origin', 'destination'],
  maximumBadShare: 0.01,
  classBalance: { column: 'late', shares: { true: { minimum: 0.05, maximum: 0.5 } } },
});

/** Flights become a dataset each night; what was flown since mid-March judges what was learnt from before. */
export function flights(app: App, env: Environment = { region: 'eu-west-1' }): Stack {
  const stack = new Stack(app, 'flights', { env, description: 'flights as dataset versions' });
  new DataPipeline(stack, 'Flights', {
    deployment: 'flights',
    sources: [DataSource.inbox('flights/')],
    schema: flightSchema,
    holdOut: HoldOut.fromTime('departure', '2001-03-15T00:00:00Z'),
    schedule: DataSchedule.daily({ at: '02:30' }),
    startOnArrival: true,
    settleTime: Duration.minutes(2),
    // 20,000 flights a quarter fit into few.
    partitions: 4,
  });
  return stack;
}
