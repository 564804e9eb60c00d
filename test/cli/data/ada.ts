/** The subject of the tests of erasure. */
export const KEY = 'ada@example.com';
export const RUN = '20260101T000000Z-00000001';

/** Two rows of the subject, and one of somebody else. */
export const ROWS = [
  { id: 'a', person: KEY, length: 1 },
  { id: 'b', person: 'bob@example.com', length: 2 },
  { id: 'c', person: KEY, length: 3 },
];
