/** A letter without anything that a guard should find, but with numbers, dates and prices that look a little like it. */
export const PROSE = (
  'Dear support team, the order 48-1192 of 14.03.2026 came in two parcels, the second on 17 March at 10:45. The lamp (model ' +
  'LX-200, 2 x 60 W) has a scratch of 3.5 cm and the manual speaks of version 2.4.1, mine is 2.3. I paid EUR 129.90, with ' +
  'a voucher of 15 %. Please say whether I can keep it for a lower price or send it back: the shop on the corner closes at ' +
  '18:30 and I am away from the 22nd. Thank you, and the best to whoever packed it so well otherwise. '
).repeat(3);

/** The first kilobyte of a text, as it comes out of a request: parsed, and so in one piece in memory. */
export function kilobyteOf(text: string): string {
  return JSON.parse(JSON.stringify(text.slice(0, 1024)));
}
